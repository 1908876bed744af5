ALTER TABLE invocations ADD COLUMN resolved_image TEXT COLLATE "C";
-- Where the run's outputs go, if templates say it: they may be others when the run ends.
ALTER TABLE invocations ADD COLUMN storage_addresses TEXT COLLATE "C";
