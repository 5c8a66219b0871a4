namespace Granary.Testing;

/// <summary>
/// Fills the table of documents with many finished tasks of a hundred apps, and a hundred that run, by one statement. All have the same state; only the columns differ that lists go by.
/// Parameters: Rows, and Payload, the state.
/// </summary>
public static class ManyTasks
{
    public const string Sqlite = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @Rows)
        INSERT INTO OrleansStorage
            (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId,
             item_guid, app_guid, sequence_id, name, name_key, state, created_at, updated_at, labels, ModifiedOn, Version, PayloadBinary)
        SELECT i * 7919, 0, 0, 1, 'task', 'task/' || i, 'x',
            printf('%08x-0000-4000-8000-000000000000', (i * 2654435761) & 4294967295), printf('00000000-0000-4000-8000-%012x', i % 100), i,
            'task-' || (i % 1000), 'task-' || (i % 1000), CASE WHEN i % (@Rows / 100) = 0 THEN 'RUNNING' ELSE 'SUCCEEDED' END,
            i * 1000, i * 1000 + 500, '{"team":"blue"}', datetime('now'), 1, @Payload
        FROM n
        """;

    public const string Postgres = """
        INSERT INTO OrleansStorage
            (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId,
             item_guid, app_guid, sequence_id, name, name_key, state, created_at, updated_at, labels, ModifiedOn, Version, PayloadBinary)
        SELECT i, 0, 0, 1, 'task', 'task/' || i, 'x',
            md5(i::text)::uuid, lpad(to_hex(i % 100), 32, '0')::uuid, i,
            'task-' || (i % 1000), 'task-' || (i % 1000), CASE WHEN i % (@Rows / 100) = 0 THEN 'RUNNING' ELSE 'SUCCEEDED' END,
            i::bigint * 1000, i::bigint * 1000 + 500, '{"team":"blue"}', now(), 1, @Payload
        FROM generate_series(1, @Rows) AS n(i)
        """;
}
