-- Lines of output. Instants (nanoseconds since 1970, UTC) are strictly rising within an app, so they also name a line.
CREATE TABLE granary_log
(
    app uuid NOT NULL,
    work uuid NOT NULL,
    attempt integer NOT NULL,
    sequence bigint NOT NULL,
    at_nanos bigint NOT NULL,
    stream smallint NOT NULL,
    source text NOT NULL,
    text bytea NOT NULL,

    PRIMARY KEY (app, work, attempt, sequence)
);

CREATE UNIQUE INDEX ix_granary_log_at ON granary_log (app, at_nanos);
CREATE INDEX ix_granary_log_work ON granary_log (app, work, at_nanos);

-- How far the output of each attempt was stored; written in the transaction that writes its lines.
CREATE TABLE granary_log_cursor
(
    work uuid NOT NULL,
    attempt integer NOT NULL,
    out_lines bigint NOT NULL,
    error_lines bigint NOT NULL,
    tail text NOT NULL,
    sequence bigint NOT NULL,
    closed boolean NOT NULL,
    updated_nanos bigint NOT NULL,

    PRIMARY KEY (work, attempt)
);

CREATE INDEX ix_granary_log_cursor_closed ON granary_log_cursor (updated_nanos) WHERE closed;

-- One row for each app that has lines: the last instant given, and what its lines weigh. Locking it orders the writers of an app.
CREATE TABLE granary_log_app
(
    app uuid NOT NULL PRIMARY KEY,
    last_nanos bigint NOT NULL,
    bytes bigint NOT NULL
);
