-- Variables that operators give to every app, as JSON: to all that runs, and to all that is staged.
CREATE TABLE granary_variable_group
(
    name text NOT NULL,
    variables text NOT NULL,
    updated_at bigint NULL,

    CONSTRAINT pk_granary_variable_group PRIMARY KEY (name)
);

INSERT INTO granary_variable_group (name, variables) VALUES ('running', '{}'), ('staging', '{}');
