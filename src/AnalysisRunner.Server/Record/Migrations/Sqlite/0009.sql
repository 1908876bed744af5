-- Step 7 has changed the text of a table behind the back of its connection, which would add columns at the wrong place of it. It reads the schema anew
-- when a change of it is taken back.
SAVEPOINT anew;
CREATE TABLE never (made INTEGER);
ROLLBACK TO anew;
RELEASE anew;

ALTER TABLE invocations ADD COLUMN resolved_image TEXT;
-- Where the run's outputs go, if templates say it: they may be others when the run ends.
ALTER TABLE invocations ADD COLUMN storage_addresses TEXT;
