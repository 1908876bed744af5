-- A state more. SQLite changes no CHECK by ALTER TABLE; this is the way that it documents for changes that touch no row (https://sqlite.org/lang_altertable.html).
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql, '''failed'', ''cancelled'')', '''failed'', ''cancelled'', ''imported'')') WHERE type = 'table' AND name = 'invocations';
PRAGMA writable_schema = OFF;

-- What another server has recorded, as its log has it.
CREATE TABLE imports (
    invocation  INTEGER PRIMARY KEY REFERENCES invocations (position),
    imported_at INTEGER NOT NULL,
    record      TEXT NOT NULL
);
