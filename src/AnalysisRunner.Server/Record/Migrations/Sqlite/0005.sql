-- What a run is started from: forgotten at its end, in the transaction that forgets the values of its environment.
CREATE TABLE run_documents (
    invocation INTEGER PRIMARY KEY REFERENCES invocations (position),
    config     TEXT NOT NULL,
    origins    TEXT NOT NULL,
    script     TEXT NOT NULL
);
