-- What the audit says of a write stands in its payload, as the document that is to be stored of it. It becomes a row in the same transaction:
-- nothing is done without its event, and nothing that was not done has one. Written again, it is there already.
CREATE FUNCTION granary_keep_audit() RETURNS trigger AS
$func$
BEGIN
    INSERT INTO OrleansStorage
    (
        GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version,
        item_guid, app_guid, sequence_id, name, name_key, scope, state, created_at, updated_at, labels
    )
    SELECT
        0, 0, 0, 0, 'audit', item ->> 'Guid', NEW.ServiceId, convert_to(audit::text, 'UTF8'), NEW.ModifiedOn, 1,
        (item ->> 'Guid')::uuid, (item ->> 'App')::uuid, (item ->> 'Sequence')::integer, item ->> 'Name', item ->> 'NameKey', item ->> 'Scope', item ->> 'State',
        (item ->> 'CreatedAt')::bigint, (item ->> 'UpdatedAt')::bigint, (item -> 'Labels')::jsonb
    FROM (SELECT audit, audit -> 'Row' AS item FROM (SELECT convert_from(NEW.PayloadBinary, 'UTF8')::json -> 'Audit' AS audit) AS payload) AS document
    ON CONFLICT (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, GrainIdExtensionString, ServiceId) DO NOTHING;
    RETURN NULL;
END
$func$ LANGUAGE plpgsql;

CREATE TRIGGER granary_audit AFTER INSERT OR UPDATE ON OrleansStorage FOR EACH ROW
WHEN (convert_from(NEW.PayloadBinary, 'UTF8')::json -> 'Audit' IS NOT NULL)
EXECUTE FUNCTION granary_keep_audit();
