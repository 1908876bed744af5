ALTER TABLE environments RENAME COLUMN json TO sealed;

ALTER TABLE invocations
    ADD COLUMN recorded_at    BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN search_words   TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN image          TEXT COLLATE "C",
    ADD COLUMN cpu            TEXT COLLATE "C",
    ADD COLUMN memory         TEXT COLLATE "C",
    ADD COLUMN storage        TEXT COLLATE "C",
    ADD COLUMN preemptible    INTEGER,
    ADD COLUMN policy_version TEXT COLLATE "C",
    ADD COLUMN rerun_of       TEXT COLLATE "C",
    ADD COLUMN claimed_by     TEXT COLLATE "C",
    ADD COLUMN claimed_until  BIGINT;

ALTER TABLE submissions ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
