ALTER TABLE invocations ADD COLUMN identity TEXT;
ALTER TABLE invocations ADD COLUMN toolchain TEXT;

CREATE TABLE approvals (
    invocation  INTEGER PRIMARY KEY REFERENCES invocations (position),
    digest      TEXT NOT NULL,
    document    TEXT NOT NULL,
    expires_at  INTEGER NOT NULL,
    approved_by TEXT,
    approved_at INTEGER,
    CHECK ((approved_by IS NULL) = (approved_at IS NULL))
);
CREATE TRIGGER approvals_unchanged BEFORE UPDATE ON approvals
WHEN OLD.approved_by IS NOT NULL OR NEW.digest <> OLD.digest OR NEW.document <> OLD.document OR NEW.expires_at <> OLD.expires_at
BEGIN SELECT RAISE(ABORT, 'an approval is never changed'); END;
CREATE TRIGGER approvals_kept BEFORE DELETE ON approvals
BEGIN SELECT RAISE(ABORT, 'approvals are never deleted'); END;
