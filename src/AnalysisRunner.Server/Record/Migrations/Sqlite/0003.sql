-- The list is read in the order of position. Each index holds every other column that a filter looks at, so that only the rows of the page are read.
CREATE INDEX invocations_by_time ON invocations (recorded_at, position);
CREATE INDEX invocations_by_commit ON invocations (commit_id, position);
CREATE INDEX invocations_by_state ON invocations (state, position, dataset, access_level, submitted_by, repository);
CREATE INDEX invocations_by_level ON invocations (access_level, position, dataset, state, submitted_by, repository);
CREATE INDEX invocations_by_dataset ON invocations (dataset, position, access_level, state, submitted_by, repository);
CREATE INDEX invocations_by_user ON invocations (submitted_by, position, dataset, access_level, state, repository);
CREATE INDEX invocations_by_repository ON invocations (repository, position, dataset, access_level, state, submitted_by);
CREATE INDEX submissions_by_time ON submissions (recorded_at);
CREATE INDEX denials_by_time ON denials (at);

-- Words are made by the server, the same for every database; this tokenizer only takes them apart at the spaces.
CREATE VIRTUAL TABLE invocation_words USING fts5 (search_words, content = 'invocations', content_rowid = 'position', tokenize = 'ascii');
INSERT INTO invocation_words (invocation_words) VALUES ('rebuild');
CREATE TRIGGER invocations_searched AFTER INSERT ON invocations
BEGIN INSERT INTO invocation_words (rowid, search_words) VALUES (NEW.position, NEW.search_words); END;
