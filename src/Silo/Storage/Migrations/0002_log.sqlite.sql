-- Lines of output. Instants (nanoseconds since 1970, UTC) are strictly rising within an app, so they also name a line.
CREATE TABLE granary_log
(
    app TEXT NOT NULL,
    work TEXT NOT NULL,
    attempt INT NOT NULL,
    sequence BIGINT NOT NULL,
    at_nanos BIGINT NOT NULL,
    stream INT NOT NULL,
    source TEXT NOT NULL,
    text BLOB NOT NULL,

    PRIMARY KEY (app, work, attempt, sequence)
);

CREATE UNIQUE INDEX ix_granary_log_at ON granary_log (app, at_nanos);
CREATE INDEX ix_granary_log_work ON granary_log (app, work, at_nanos);

-- How far the output of each attempt was stored; written in the transaction that writes its lines.
CREATE TABLE granary_log_cursor
(
    work TEXT NOT NULL,
    attempt INT NOT NULL,
    out_lines BIGINT NOT NULL,
    error_lines BIGINT NOT NULL,
    tail TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    closed BOOLEAN NOT NULL,
    updated_nanos BIGINT NOT NULL,

    PRIMARY KEY (work, attempt)
);

CREATE INDEX ix_granary_log_cursor_closed ON granary_log_cursor (updated_nanos) WHERE closed;

-- One row for each app that has lines: the last instant given, and what its lines weigh. Locking it orders the writers of an app.
CREATE TABLE granary_log_app
(
    app TEXT NOT NULL PRIMARY KEY,
    last_nanos BIGINT NOT NULL,
    bytes BIGINT NOT NULL
);
