-- The list is read in the order of position; the planner combines the indexes of several filters.
CREATE INDEX invocations_by_time ON invocations (recorded_at, position);
CREATE INDEX invocations_by_commit ON invocations (commit_id, position);
CREATE INDEX invocations_by_state ON invocations (state, position);
CREATE INDEX invocations_by_level ON invocations (access_level, position);
CREATE INDEX invocations_by_dataset ON invocations (dataset, position);
CREATE INDEX invocations_by_user ON invocations (submitted_by, position);
CREATE INDEX invocations_by_repository ON invocations (repository, position);
CREATE INDEX submissions_by_time ON submissions (recorded_at);
CREATE INDEX denials_by_time ON denials (at);

-- Words are made by the server, the same for every database; PostgreSQL only takes them apart at the spaces.
ALTER TABLE invocations ADD COLUMN search_vector tsvector
    GENERATED ALWAYS AS (array_to_tsvector(string_to_array(search_words, ' '))) STORED;
CREATE INDEX invocations_by_words ON invocations USING gin (search_vector);
