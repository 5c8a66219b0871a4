-- Who is let in, and what they may do. Guids are text here, because a subject is a user's guid or a client's id. Instants are microseconds since 1970, UTC.
CREATE TABLE granary_user
(
    guid text NOT NULL,
    name text NOT NULL,
    -- Names are told apart without regard to case.
    name_key text NOT NULL,
    given_name text NULL,
    family_name text NULL,
    email text NULL,
    authority text NOT NULL,
    -- A hash with its salt and its parameters.
    password text NOT NULL,
    tries integer NOT NULL,
    locked_until bigint NULL,
    -- Whether it is a user to Cloud Foundry's API, and not only to the token server.
    is_listed boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,

    CONSTRAINT pk_granary_user PRIMARY KEY (guid)
);

CREATE UNIQUE INDEX ix_granary_user_name ON granary_user (name_key);

-- Programs that get tokens for themselves.
CREATE TABLE granary_client
(
    id text NOT NULL,
    name text NULL,
    authority text NOT NULL,
    secret text NOT NULL,
    created_at bigint NOT NULL,

    CONSTRAINT pk_granary_client PRIMARY KEY (id)
);

-- One login and all that was refreshed from it.
CREATE TABLE granary_session
(
    guid text NOT NULL,
    subject text NOT NULL,
    generation integer NOT NULL,
    rotated_at bigint NOT NULL,
    expires_at bigint NOT NULL,

    CONSTRAINT pk_granary_session PRIMARY KEY (guid)
);

CREATE INDEX ix_granary_session_subject ON granary_session (subject);
CREATE INDEX ix_granary_session_expires ON granary_session (expires_at);

-- The keys of tokens, sealed with the secret that all silos share.
CREATE TABLE granary_token_key
(
    number integer NOT NULL,
    sealed BLOB NOT NULL,
    created_at bigint NOT NULL,

    CONSTRAINT pk_granary_token_key PRIMARY KEY (number)
);

CREATE TABLE granary_organization
(
    guid text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    is_suspended boolean NOT NULL,
    metadata text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,

    CONSTRAINT pk_granary_organization PRIMARY KEY (guid)
);

CREATE UNIQUE INDEX ix_granary_organization_name ON granary_organization (name_key);

CREATE TABLE granary_space
(
    guid text NOT NULL,
    organization text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    metadata text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,

    CONSTRAINT pk_granary_space PRIMARY KEY (guid),
    CONSTRAINT fk_granary_space FOREIGN KEY (organization) REFERENCES granary_organization (guid)
);

CREATE UNIQUE INDEX ix_granary_space_name ON granary_space (organization, name_key);

CREATE TABLE granary_role
(
    guid text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    organization text NOT NULL,
    -- Empty for a role in an organization, so that the index below tells such roles apart too.
    space text NOT NULL,
    created_at bigint NOT NULL,

    CONSTRAINT pk_granary_role PRIMARY KEY (guid),
    CONSTRAINT fk_granary_role FOREIGN KEY (organization) REFERENCES granary_organization (guid)
);

CREATE UNIQUE INDEX ix_granary_role_subject ON granary_role (subject, organization, space, kind);
CREATE INDEX ix_granary_role_place ON granary_role (organization, space);

-- Where everything is that names no place.
INSERT INTO granary_organization (guid, name, name_key, is_suspended, metadata, created_at, updated_at)
SELECT '00000000-0000-4000-8000-000000000002', 'default', 'default', FALSE, '{"Labels":{},"Annotations":{}}', now_micros, now_micros
FROM (SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000000 AS now_micros) AS clock;

INSERT INTO granary_space (guid, organization, name, name_key, metadata, created_at, updated_at)
SELECT '00000000-0000-4000-8000-000000000001', guid, 'default', 'default', metadata, created_at, updated_at FROM granary_organization;
