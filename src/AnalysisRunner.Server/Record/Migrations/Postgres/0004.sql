ALTER TABLE invocations ADD COLUMN identity TEXT COLLATE "C";
