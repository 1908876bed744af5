-- A state more.
ALTER TABLE invocations
    DROP CONSTRAINT invocations_state_check,
    DROP CONSTRAINT invocations_check,
    ADD CONSTRAINT invocations_state_check CHECK (state IN ('accepted', 'running', 'succeeded', 'failed', 'cancelled', 'imported')),
    ADD CONSTRAINT invocations_check CHECK ((state IN ('succeeded', 'failed', 'cancelled', 'imported')) = (finished_at IS NOT NULL));

-- What another server has recorded, as its log has it.
CREATE TABLE imports (
    invocation  BIGINT PRIMARY KEY REFERENCES invocations (position),
    imported_at BIGINT NOT NULL,
    record      TEXT COLLATE "C" NOT NULL
);
