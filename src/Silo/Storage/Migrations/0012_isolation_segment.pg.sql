-- Isolation segments: groups of cells for certain spaces. Which organizations may use which, and which one organizations and spaces have.
CREATE TABLE granary_isolation_segment
(
    guid text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    metadata text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,

    CONSTRAINT pk_granary_isolation_segment PRIMARY KEY (guid)
);

CREATE UNIQUE INDEX ix_granary_isolation_segment_name ON granary_isolation_segment (name_key);

CREATE TABLE granary_entitlement
(
    segment text NOT NULL,
    organization text NOT NULL,

    CONSTRAINT pk_granary_entitlement PRIMARY KEY (segment, organization)
);

ALTER TABLE granary_organization ADD COLUMN segment text NULL;
ALTER TABLE granary_space ADD COLUMN segment text NULL;

-- Cloud Foundry's guid of the one whose cells take what belongs to no other.
INSERT INTO granary_isolation_segment (guid, name, name_key, metadata, created_at, updated_at)
SELECT '933b4c58-120b-499a-b85d-4b6fc9e2903b', 'shared', 'shared', '{"Labels":{},"Annotations":{}}', created_at, created_at
FROM granary_organization WHERE guid = '00000000-0000-4000-8000-000000000002';
