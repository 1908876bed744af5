-- What a run is started from: forgotten at its end, in the transaction that forgets the values of its environment.
CREATE TABLE run_documents (
    invocation BIGINT PRIMARY KEY REFERENCES invocations (position),
    config     TEXT COLLATE "C" NOT NULL,
    origins    TEXT COLLATE "C" NOT NULL,
    script     TEXT COLLATE "C" NOT NULL
);

-- How many a user has at a time is asked at each submission.
CREATE INDEX invocations_unfinished_of_user ON invocations (submitted_by) WHERE finished_at IS NULL;
