-- Quotas of organizations and of spaces, and which one each of them has.
CREATE TABLE granary_quota
(
    guid text NOT NULL,
    -- Empty for a quota of organizations, so that the index below tells such quotas apart too.
    organization text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    -- What it says, as JSON.
    terms text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,

    CONSTRAINT pk_granary_quota PRIMARY KEY (guid)
);

CREATE UNIQUE INDEX ix_granary_quota_name ON granary_quota (organization, name_key);

ALTER TABLE granary_organization ADD COLUMN quota text NOT NULL DEFAULT '00000000-0000-4000-8000-000000000003';
-- Rises with each change of what limits the organization or one of its spaces.
ALTER TABLE granary_organization ADD COLUMN limits_version integer NOT NULL DEFAULT 0;
ALTER TABLE granary_space ADD COLUMN quota text NULL;

CREATE INDEX ix_granary_organization_quota ON granary_organization (quota);
CREATE INDEX ix_granary_space_quota ON granary_space (quota);

-- The one that organizations have that nobody gave another. It limits nothing.
INSERT INTO granary_quota (guid, organization, name, name_key, terms, created_at, updated_at)
SELECT '00000000-0000-4000-8000-000000000003', '', 'default', 'default', '{"Apps":{},"PaidServicesAllowed":true}', created_at, created_at
FROM granary_organization WHERE guid = '00000000-0000-4000-8000-000000000002';
