-- What a run is started from: forgotten at its end, in the transaction that forgets the values of its environment.
CREATE TABLE run_documents (
    invocation INTEGER PRIMARY KEY REFERENCES invocations (position),
    config     TEXT NOT NULL,
    origins    TEXT NOT NULL,
    script     TEXT NOT NULL
);

-- How many a user has at a time is asked at each submission.
CREATE INDEX invocations_unfinished_of_user ON invocations (submitted_by) WHERE finished_at IS NULL;

-- Beginnings of words have indexes of their own, and no place inside the text is kept: nobody searches for phrases.
DROP TRIGGER invocations_searched;
DROP TABLE invocation_words;
CREATE VIRTUAL TABLE invocation_words USING fts5 (
    search_words, content = 'invocations', content_rowid = 'position', tokenize = 'ascii', prefix = '1 2 3', detail = none);
INSERT INTO invocation_words (invocation_words) VALUES ('rebuild');
CREATE TRIGGER invocations_searched AFTER INSERT ON invocations
BEGIN INSERT INTO invocation_words (rowid, search_words) VALUES (NEW.position, NEW.search_words); END;
