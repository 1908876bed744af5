ALTER TABLE run_documents ADD COLUMN trace TEXT;
ALTER TABLE invocations ADD COLUMN rerun_changes TEXT;
ALTER TABLE invocations ADD COLUMN outputs_listed_at INTEGER;
ALTER TABLE invocations ADD COLUMN output_count INTEGER;
ALTER TABLE invocations ADD COLUMN output_bytes INTEGER;
ALTER TABLE invocations ADD COLUMN outputs_problem TEXT;
-- Whether those who are to hear of the end are noted; of what ended before this version nobody is told.
ALTER TABLE invocations ADD COLUMN announced_at INTEGER;
UPDATE invocations SET announced_at = finished_at WHERE finished_at IS NOT NULL;
CREATE INDEX invocations_unannounced ON invocations (position) WHERE finished_at IS NOT NULL AND announced_at IS NULL;

CREATE TABLE outputs (
    invocation  INTEGER NOT NULL REFERENCES invocations (position),
    category    TEXT NOT NULL,
    path        TEXT NOT NULL,
    change      TEXT NOT NULL CHECK (change IN ('created', 'replaced', 'unchanged')),
    length      INTEGER NOT NULL,
    sha256      TEXT,
    modified_at INTEGER,
    version     TEXT,
    problem     TEXT,
    PRIMARY KEY (invocation, category, path)
) WITHOUT ROWID;

CREATE TABLE notifications (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    invocation   INTEGER NOT NULL REFERENCES invocations (position),
    kind         TEXT NOT NULL CHECK (kind IN ('webhook', 'mail')),
    target       TEXT NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    due_at       INTEGER,
    delivered_at INTEGER,
    problem      TEXT,
    UNIQUE (invocation, kind, target)
);
CREATE INDEX notifications_due ON notifications (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX denials_by_dataset ON denials (dataset, id);
