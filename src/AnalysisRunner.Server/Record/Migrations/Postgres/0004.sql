ALTER TABLE invocations
    ADD COLUMN identity  TEXT COLLATE "C",
    ADD COLUMN toolchain TEXT COLLATE "C";

CREATE TABLE approvals (
    invocation  BIGINT PRIMARY KEY REFERENCES invocations (position),
    digest      TEXT COLLATE "C" NOT NULL,
    document    TEXT COLLATE "C" NOT NULL,
    expires_at  BIGINT NOT NULL,
    approved_by TEXT COLLATE "C",
    approved_at BIGINT,
    CHECK ((approved_by IS NULL) = (approved_at IS NULL))
);
CREATE TRIGGER approvals_unchanged BEFORE UPDATE ON approvals
    FOR EACH ROW WHEN (OLD.approved_by IS NOT NULL OR NEW.digest <> OLD.digest OR NEW.document <> OLD.document OR NEW.expires_at <> OLD.expires_at)
    EXECUTE FUNCTION refuse('an approval is never changed');
CREATE TRIGGER approvals_kept BEFORE DELETE ON approvals
    FOR EACH ROW EXECUTE FUNCTION refuse('approvals are never deleted');
