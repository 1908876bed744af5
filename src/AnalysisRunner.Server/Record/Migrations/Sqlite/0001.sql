PRAGMA application_id = 1095923054;

CREATE TABLE invocations (
    position            INTEGER PRIMARY KEY AUTOINCREMENT,
    ar_guid             TEXT NOT NULL UNIQUE,
    dataset             TEXT NOT NULL,
    access_level        TEXT NOT NULL CHECK (access_level IN ('test', 'standard', 'full')),
    namespace           TEXT NOT NULL CHECK (namespace IN ('test', 'main')),
    description         TEXT NOT NULL,
    output_prefix       TEXT NOT NULL,
    output_path         TEXT NOT NULL,
    submitted_by        TEXT NOT NULL,
    submitted_at        INTEGER NOT NULL,
    repository          TEXT,
    work_tree           TEXT,
    commit_id           TEXT NOT NULL,
    branch              TEXT,
    working_directory   TEXT NOT NULL,
    project             TEXT,
    configuration       TEXT,
    script              TEXT NOT NULL,
    arguments           TEXT NOT NULL,
    environment_names   TEXT NOT NULL,
    config_path         TEXT NOT NULL,
    config_sha256       TEXT,
    client_name         TEXT,
    client_version      TEXT,
    engine              TEXT,
    driver_handle       TEXT,
    driver_ended_at     INTEGER,
    driver_reason       TEXT,
    exit_code           INTEGER,
    cancel_requested_by TEXT,
    cancel_requested_at INTEGER,
    state               TEXT NOT NULL CHECK (state IN ('accepted', 'running', 'succeeded', 'failed', 'cancelled')),
    reason              TEXT,
    finished_at         INTEGER,
    last_sequence       INTEGER NOT NULL DEFAULT 0,
    final_sequence      INTEGER,
    CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((finished_at IS NULL) = (final_sequence IS NULL))
);
CREATE INDEX invocations_unfinished ON invocations (position) WHERE finished_at IS NULL;

CREATE TRIGGER invocations_final BEFORE UPDATE OF state, reason, finished_at ON invocations WHEN OLD.finished_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a final state is never left'); END;
CREATE TRIGGER invocations_kept BEFORE DELETE ON invocations
BEGIN SELECT RAISE(ABORT, 'invocations are never deleted'); END;

CREATE TABLE requests (
    invocation INTEGER PRIMARY KEY REFERENCES invocations (position),
    json       TEXT NOT NULL
);

CREATE TABLE environments (
    invocation INTEGER PRIMARY KEY REFERENCES invocations (position),
    json       TEXT NOT NULL
);

CREATE TABLE submissions (
    submitted_by    TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_digest  TEXT NOT NULL,
    invocation      INTEGER NOT NULL REFERENCES invocations (position),
    PRIMARY KEY (submitted_by, idempotency_key)
) WITHOUT ROWID;

CREATE TABLE events (
    invocation INTEGER NOT NULL REFERENCES invocations (position),
    sequence   INTEGER NOT NULL,
    type       TEXT NOT NULL CHECK (type IN ('state', 'step', 'batch')),
    at         INTEGER NOT NULL,
    detail     TEXT NOT NULL,
    caused_by  TEXT,
    PRIMARY KEY (invocation, sequence)
) WITHOUT ROWID;
CREATE TRIGGER events_unchanged BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_kept BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TABLE steps (
    ordinal     INTEGER PRIMARY KEY,
    invocation  INTEGER NOT NULL REFERENCES invocations (position),
    name        TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    exit_code   INTEGER,
    UNIQUE (invocation, name)
);

CREATE TABLE batches (
    ordinal      INTEGER PRIMARY KEY,
    key          TEXT NOT NULL UNIQUE,
    invocation   INTEGER NOT NULL REFERENCES invocations (position),
    name         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled')),
    reason       TEXT,
    submitted_at INTEGER NOT NULL,
    finished_at  INTEGER,
    pending      INTEGER NOT NULL,
    ready        INTEGER NOT NULL,
    running      INTEGER NOT NULL,
    succeeded    INTEGER NOT NULL,
    failed       INTEGER NOT NULL,
    cancelled    INTEGER NOT NULL
);
CREATE INDEX batches_of_invocation ON batches (invocation);

CREATE TABLE denials (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    denied_to TEXT,
    dataset   TEXT,
    problems  TEXT NOT NULL,
    request   TEXT
);
