-- Egress rules with a name, and the spaces in which they hold.
CREATE TABLE granary_security_group
(
    guid text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    -- As JSON.
    rules text NOT NULL,
    -- It holds in every space: for all that runs, and for all that is staged.
    running_default boolean NOT NULL,
    staging_default boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,

    CONSTRAINT pk_granary_security_group PRIMARY KEY (guid)
);

CREATE UNIQUE INDEX ix_granary_security_group_name ON granary_security_group (name_key);

CREATE TABLE granary_security_group_space
(
    space text NOT NULL,
    -- 'running' or 'staging'.
    lifecycle text NOT NULL,
    security_group text NOT NULL,

    CONSTRAINT pk_granary_security_group_space PRIMARY KEY (space, lifecycle, security_group)
);

CREATE INDEX ix_granary_security_group_space_group ON granary_security_group_space (security_group);

-- As it was before there were groups: everything may be reached.
INSERT INTO granary_security_group (guid, name, name_key, rules, running_default, staging_default, created_at, updated_at)
SELECT '00000000-0000-4000-8000-000000000004', 'default', 'default', '[{"Protocol":"all","Destination":"0.0.0.0-255.255.255.255"}]', true, true, created_at, created_at
FROM granary_organization WHERE guid = '00000000-0000-4000-8000-000000000002';
