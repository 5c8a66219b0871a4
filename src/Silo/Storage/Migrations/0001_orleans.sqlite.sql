-- The tables of Orleans as dotnet/orleans ships them for SQLite (Main, Persistence), with three changes in persistence: the key is a
-- primary key, the listing columns live in the row of the state, and the write is one statement that fills both from the payload (the
-- shipped script opens a transaction of its own and leaves the pooled connection inside it when a statement fails).
CREATE TABLE OrleansQuery
(
    QueryKey TEXT PRIMARY KEY,
    QueryText TEXT NOT NULL
);

CREATE TABLE OrleansStorage
(
    GrainIdHash INT NOT NULL,
    GrainIdN0 BIGINT NOT NULL,
    GrainIdN1 BIGINT NOT NULL,
    GrainTypeHash INT NOT NULL,
    -- The state name of the grain class: the kind of the document.
    GrainTypeString NVARCHAR(512) NOT NULL,
    -- Empty where the grain's key has no text; a null would escape the primary key.
    GrainIdExtensionString NVARCHAR(512) NOT NULL,
    ServiceId NVARCHAR(150) NOT NULL,

    -- Taken from the payload's "Row"; all null when the state is cleared or is no document. Instants are microseconds since 1970, UTC.
    -- They stand before the payload, so that reading them does not follow its overflow pages.
    item_guid TEXT NULL,
    app_guid TEXT NULL,
    sequence_id INT NULL,
    name TEXT NULL,
    name_key TEXT NULL,
    scope TEXT NULL,
    state TEXT NULL,
    cell TEXT NULL,
    created_at BIGINT NULL,
    updated_at BIGINT NULL,
    wake_at BIGINT NULL,
    labels TEXT NULL,

    ModifiedOn DATETIME NOT NULL,
    Version INT NOT NULL,
    PayloadBinary BLOB NULL,

    CONSTRAINT PK_OrleansStorage PRIMARY KEY (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, GrainIdExtensionString, ServiceId)
);

CREATE UNIQUE INDEX ix_granary_item ON OrleansStorage (GrainTypeString, item_guid) WHERE item_guid IS NOT NULL;
CREATE UNIQUE INDEX ix_granary_app_name ON OrleansStorage (scope, name_key) WHERE GrainTypeString = 'app' AND scope IS NOT NULL;
CREATE INDEX ix_granary_created ON OrleansStorage (GrainTypeString, created_at, item_guid) WHERE item_guid IS NOT NULL;
CREATE INDEX ix_granary_updated ON OrleansStorage (GrainTypeString, updated_at, item_guid) WHERE item_guid IS NOT NULL;
CREATE INDEX ix_granary_name ON OrleansStorage (GrainTypeString, name_key, item_guid) WHERE item_guid IS NOT NULL;
CREATE INDEX ix_granary_app ON OrleansStorage (GrainTypeString, app_guid, created_at, item_guid) WHERE item_guid IS NOT NULL;
CREATE INDEX ix_granary_state ON OrleansStorage (GrainTypeString, state, created_at, item_guid) WHERE item_guid IS NOT NULL;
CREATE INDEX ix_granary_wake ON OrleansStorage (GrainTypeString, wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX ix_granary_cell ON OrleansStorage (GrainTypeString, cell) WHERE cell IS NOT NULL;

-- No version means a first write; it inserts or meets the row and changes nothing. A version means an update; it never inserts.
-- No row in the answer is a version conflict.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('WriteToStorageKey', '
    WITH document AS MATERIALIZED (SELECT CAST(@PayloadBinary AS TEXT) -> ''$.Row'' AS item)
    INSERT INTO OrleansStorage
    (
        GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId,
        item_guid, app_guid, sequence_id, name, name_key, scope, state, cell, created_at, updated_at, wake_at, labels,
        ModifiedOn, Version, PayloadBinary
    )
    SELECT
        @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, coalesce(@GrainIdExtensionString, ''''), @ServiceId,
        item ->> ''$.Guid'', item ->> ''$.App'', item ->> ''$.Sequence'', item ->> ''$.Name'', item ->> ''$.NameKey'', item ->> ''$.Scope'',
        item ->> ''$.State'', item ->> ''$.Cell'', item ->> ''$.CreatedAt'', item ->> ''$.UpdatedAt'', item ->> ''$.WakeAt'', item -> ''$.Labels'',
        datetime(''now''), 1, @PayloadBinary
    FROM document
    WHERE @GrainStateVersion IS NULL OR EXISTS
    (
        SELECT 1 FROM OrleansStorage
        WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
            AND GrainTypeString = @GrainTypeString AND GrainIdExtensionString = coalesce(@GrainIdExtensionString, '''')
            AND ServiceId = @ServiceId
    )
    ON CONFLICT (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, GrainIdExtensionString, ServiceId) DO UPDATE SET
        item_guid = excluded.item_guid, app_guid = excluded.app_guid, sequence_id = excluded.sequence_id,
        name = excluded.name, name_key = excluded.name_key, scope = excluded.scope, state = excluded.state, cell = excluded.cell,
        created_at = excluded.created_at, updated_at = excluded.updated_at, wake_at = excluded.wake_at, labels = excluded.labels,
        ModifiedOn = excluded.ModifiedOn, Version = OrleansStorage.Version + 1, PayloadBinary = excluded.PayloadBinary
    WHERE OrleansStorage.Version = @GrainStateVersion
    RETURNING Version AS NewGrainStateVersion;
'),
('ReadFromStorageKey', '
    SELECT PayloadBinary, Version
    FROM OrleansStorage
    WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
        AND GrainTypeString = @GrainTypeString AND GrainIdExtensionString = coalesce(@GrainIdExtensionString, '''')
        AND ServiceId = @ServiceId;
'),
('ClearStorageKey', '
    UPDATE OrleansStorage SET
        item_guid = NULL, app_guid = NULL, sequence_id = NULL, name = NULL, name_key = NULL, scope = NULL, state = NULL, cell = NULL,
        created_at = NULL, updated_at = NULL, wake_at = NULL, labels = NULL,
        ModifiedOn = datetime(''now''), Version = Version + 1, PayloadBinary = NULL
    WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
        AND GrainTypeString = @GrainTypeString AND GrainIdExtensionString = coalesce(@GrainIdExtensionString, '''')
        AND ServiceId = @ServiceId AND Version = @GrainStateVersion
    RETURNING Version AS NewGrainStateVersion;
'),
('DeleteStorageKey', '
    DELETE FROM OrleansStorage
    WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
        AND GrainTypeString = @GrainTypeString AND GrainIdExtensionString = coalesce(@GrainIdExtensionString, '''')
        AND ServiceId = @ServiceId AND Version = @GrainStateVersion
    RETURNING Version + 1 AS NewGrainStateVersion;
');
