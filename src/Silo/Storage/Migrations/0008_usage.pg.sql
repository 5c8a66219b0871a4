-- What began and ceased to take memory, gathered from the rows of tasks.
CREATE TABLE granary_usage
(
    -- In the order in which it was gathered; clients go on behind the last that they know.
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    guid text NOT NULL,
    -- The task, and what happened to it; null for the seeds of started processes.
    task text NULL,
    state text NOT NULL,
    created_at bigint NOT NULL,
    -- The whole event, as JSON.
    document text NOT NULL
);

CREATE UNIQUE INDEX ix_granary_usage_guid ON granary_usage (guid);
CREATE INDEX ix_granary_usage_task ON granary_usage (task, state);
CREATE INDEX ix_granary_usage_created ON granary_usage (created_at);

-- One row: who gathers holds it. Instants are microseconds since 1970, UTC.
CREATE TABLE granary_usage_mark
(
    only_one integer NOT NULL PRIMARY KEY,
    -- Rows that were changed before this have been looked through.
    gathered_to bigint NOT NULL,
    -- What happened before this is forgotten.
    forgotten_to bigint NOT NULL
);

INSERT INTO granary_usage_mark (only_one, gathered_to, forgotten_to) VALUES (1, 0, 0);
