-- What a cell has noted about each attempt that is not yet done with. Instants are ISO 8601 inside the documents.
CREATE TABLE journal_entry
(
    work TEXT NOT NULL,
    attempt INT NOT NULL,
    entry TEXT NOT NULL,

    PRIMARY KEY (work, attempt)
) WITHOUT ROWID;

-- The engine's record and the cell's marker.
CREATE TABLE journal_value
(
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
