ALTER TABLE environments RENAME COLUMN json TO sealed;

ALTER TABLE invocations ADD COLUMN recorded_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invocations ADD COLUMN search_words TEXT NOT NULL DEFAULT '';
ALTER TABLE invocations ADD COLUMN image TEXT;
ALTER TABLE invocations ADD COLUMN cpu TEXT;
ALTER TABLE invocations ADD COLUMN memory TEXT;
ALTER TABLE invocations ADD COLUMN storage TEXT;
ALTER TABLE invocations ADD COLUMN preemptible INTEGER;
ALTER TABLE invocations ADD COLUMN policy_version TEXT;
ALTER TABLE invocations ADD COLUMN rerun_of TEXT;
ALTER TABLE invocations ADD COLUMN claimed_by TEXT;
ALTER TABLE invocations ADD COLUMN claimed_until INTEGER;

ALTER TABLE submissions ADD COLUMN recorded_at INTEGER NOT NULL DEFAULT 0;
