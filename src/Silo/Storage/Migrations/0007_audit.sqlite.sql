-- What the audit says of a write stands in its payload, as the document that is to be stored of it. It becomes a row in the same transaction:
-- nothing is done without its event, and nothing that was not done has one. Written again, it is there already.
CREATE TRIGGER granary_audit_insert AFTER INSERT ON OrleansStorage
WHEN CAST(NEW.PayloadBinary AS TEXT) -> '$.Audit' IS NOT NULL
BEGIN
    INSERT INTO OrleansStorage
    (
        GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId,
        item_guid, app_guid, sequence_id, name, name_key, scope, state, created_at, updated_at, labels, ModifiedOn, Version, PayloadBinary
    )
    SELECT
        0, 0, 0, 0, 'audit', item ->> '$.Guid', NEW.ServiceId,
        item ->> '$.Guid', item ->> '$.App', item ->> '$.Sequence', item ->> '$.Name', item ->> '$.NameKey', item ->> '$.Scope', item ->> '$.State',
        item ->> '$.CreatedAt', item ->> '$.UpdatedAt', item -> '$.Labels', NEW.ModifiedOn, 1, CAST(audit AS BLOB)
    FROM (SELECT audit, audit -> '$.Row' AS item FROM (SELECT CAST(NEW.PayloadBinary AS TEXT) -> '$.Audit' AS audit))
    WHERE true
    ON CONFLICT (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, GrainIdExtensionString, ServiceId) DO NOTHING;
END;

CREATE TRIGGER granary_audit_update AFTER UPDATE ON OrleansStorage
WHEN CAST(NEW.PayloadBinary AS TEXT) -> '$.Audit' IS NOT NULL
BEGIN
    INSERT INTO OrleansStorage
    (
        GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId,
        item_guid, app_guid, sequence_id, name, name_key, scope, state, created_at, updated_at, labels, ModifiedOn, Version, PayloadBinary
    )
    SELECT
        0, 0, 0, 0, 'audit', item ->> '$.Guid', NEW.ServiceId,
        item ->> '$.Guid', item ->> '$.App', item ->> '$.Sequence', item ->> '$.Name', item ->> '$.NameKey', item ->> '$.Scope', item ->> '$.State',
        item ->> '$.CreatedAt', item ->> '$.UpdatedAt', item -> '$.Labels', NEW.ModifiedOn, 1, CAST(audit AS BLOB)
    FROM (SELECT audit, audit -> '$.Row' AS item FROM (SELECT CAST(NEW.PayloadBinary AS TEXT) -> '$.Audit' AS audit))
    WHERE true
    ON CONFLICT (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, GrainIdExtensionString, ServiceId) DO NOTHING;
END;
