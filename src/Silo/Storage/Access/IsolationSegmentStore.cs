using System.Text.Json;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using static Granary.Silo.Storage.Access.Statements;

namespace Granary.Silo.Storage.Access;

/// <summary>Isolation segments in rows of their own. Whoever has one is found in the rows of organizations and spaces.</summary>
internal sealed class IsolationSegmentStore(Database database, TimeProvider clock) : IIsolationSegments
{
    private const string Select = "SELECT guid AS Guid, name AS Name, metadata AS Metadata, created_at AS CreatedAt, updated_at AS UpdatedAt FROM granary_isolation_segment";

    private const string SelectEntitlements = "SELECT segment AS Segment, organization AS Organization FROM granary_entitlement";

    private long Now => ListingRow.Micros(clock.GetUtcNow());

    public async Task<IsolationSegment?> Find(Guid guid, CancellationToken cancellation)
    {
        var values = new { Guid = Key(guid) };
        return await database.One<SegmentRow>($"{Select} WHERE guid = @Guid", values, cancellation) is { } row
            ? row.With(await database.Many<Entitlement>($"{SelectEntitlements} WHERE segment = @Guid ORDER BY organization", values, cancellation))
            : null;
    }

    public async Task<IReadOnlyList<IsolationSegment>> All(CancellationToken cancellation)
    {
        var entitlements = (await database.Many<Entitlement>($"{SelectEntitlements} ORDER BY organization", null, cancellation)).ToLookup(each => each.Segment);
        return [.. (await database.Many<SegmentRow>($"{Select} ORDER BY created_at, guid", null, cancellation)).Select(row => row.With(entitlements[row.Guid]))];
    }

    public async Task<DirectoryOutcome> Add(IsolationSegment segment, CancellationToken cancellation) => await database.Changes(
        "INSERT INTO granary_isolation_segment (guid, name, name_key, metadata, created_at, updated_at) VALUES (@Guid, @Name, @Folded, @Metadata, @CreatedAt, @CreatedAt) ON CONFLICT DO NOTHING",
        new { Guid = Key(segment.Guid), segment.Name, Folded = ListingRow.Fold(segment.Name), Metadata = Text(segment.Metadata), CreatedAt = ListingRow.Micros(segment.CreatedAt) },
        cancellation) ? DirectoryOutcome.Done : DirectoryOutcome.Taken;

    public async Task<DirectoryOutcome> Change(Guid segment, string? name, Metadata metadata, CancellationToken cancellation)
    {
        try
        {
            return await database.Write(
                async (connection, transaction) =>
                {
                    const string used = "SELECT (SELECT count(*) FROM granary_organization WHERE segment = @Guid) + (SELECT count(*) FROM granary_space WHERE segment = @Guid)";
                    const string update = "UPDATE granary_isolation_segment SET name = COALESCE(@Name, name), name_key = COALESCE(@Folded, name_key), metadata = @Metadata, updated_at = @Now WHERE guid = @Guid";
                    var values = new { Guid = Key(segment), Name = name, Folded = name is null ? null : ListingRow.Fold(name), Metadata = Text(metadata), Now };
                    return await connection.Lock(transaction, database.Dialect, "granary_isolation_segment", "guid = @Guid AND name <> @Name", values, cancellation) > 0
                        && await connection.Count(transaction, used, values, cancellation) > 0 ? DirectoryOutcome.NotEmpty
                        : await connection.Run(transaction, update, values, cancellation) > 0 ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;
                },
                cancellation);
        }
        catch (NameTakenException)
        {
            return DirectoryOutcome.Taken;
        }
    }

    public Task<DirectoryOutcome> Remove(Guid guid, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var values = new { Guid = Key(guid) };
            return !await connection.LockAll(transaction, database.Dialect, "granary_isolation_segment", [values.Guid], cancellation) ? DirectoryOutcome.NotFound
                : await connection.Count(transaction, "SELECT count(*) FROM granary_entitlement WHERE segment = @Guid", values, cancellation) > 0 ? DirectoryOutcome.NotEmpty
                : await connection.Run(transaction, "DELETE FROM granary_isolation_segment WHERE guid = @Guid", values, cancellation) > 0 ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;
        },
        cancellation);

    public Task<DirectoryOutcome> Entitle(Guid segment, IReadOnlyCollection<Guid> organizations, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var (guids, values) = (organizations.Distinct().Select(Key).ToArray(), new { Segment = Key(segment), Shared = Key(IsolationSegment.Shared), Now });
            if (!await connection.LockAll(transaction, database.Dialect, "granary_isolation_segment", [values.Segment], cancellation)
                || !await connection.LockAll(transaction, database.Dialect, "granary_organization", guids, cancellation))
            {
                return DirectoryOutcome.NotFound;
            }

            foreach (var organization in guids)
            {
                await connection.Run(transaction, "INSERT INTO granary_entitlement (segment, organization) VALUES (@Segment, @Organization) ON CONFLICT DO NOTHING", new { values.Segment, Organization = organization }, cancellation);
                // As Cloud Foundry does it: the shared one becomes the default of who has none.
                await connection.Run(transaction, "UPDATE granary_organization SET segment = @Segment, updated_at = @Now WHERE guid = @Organization AND segment IS NULL AND @Segment = @Shared", new { values.Segment, values.Shared, values.Now, Organization = organization }, cancellation);
            }

            return DirectoryOutcome.Done;
        },
        cancellation);

    public Task<DirectoryOutcome> Revoke(Guid segment, Guid organization, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            const string used = "SELECT (SELECT count(*) FROM granary_organization WHERE guid = @Organization AND segment = @Segment) + (SELECT count(*) FROM granary_space WHERE organization = @Organization AND segment = @Segment)";
            var values = new { Segment = Key(segment), Organization = Key(organization) };
            await connection.Lock(transaction, database.Dialect, "granary_organization", "guid = @Organization", values, cancellation);
            return await connection.Count(transaction, used, values, cancellation) > 0 ? DirectoryOutcome.NotEmpty
                : await connection.Run(transaction, "DELETE FROM granary_entitlement WHERE segment = @Segment AND organization = @Organization", values, cancellation) > 0 ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;
        },
        cancellation);

    public Task<DirectoryOutcome> SetDefault(Guid organization, Guid? segment, CancellationToken cancellation) =>
        Give("granary_organization", Key(organization), "@Guid", segment, cancellation);

    public Task<DirectoryOutcome> Assign(Guid space, Guid? segment, CancellationToken cancellation) =>
        Give("granary_space", Key(space), "(SELECT organization FROM granary_space WHERE guid = @Guid)", segment, cancellation);

    /// <param name="organization">Whose entitlements count, in SQL.</param>
    private Task<DirectoryOutcome> Give(string table, string guid, string organization, Guid? segment, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var values = new { Guid = guid, Segment = segment is { } given ? Key(given) : null, Now };
            // The segment too, whose name must not change while it is given.
            await connection.Lock(transaction, database.Dialect, "granary_isolation_segment", "guid = @Segment", values, cancellation);
            await connection.Lock(transaction, database.Dialect, "granary_organization", $"guid = {organization}", values, cancellation);
            return segment is not null && await connection.Count(transaction, $"SELECT count(*) FROM granary_entitlement WHERE segment = @Segment AND organization = {organization}", values, cancellation) == 0 ? DirectoryOutcome.NotFound
                : await connection.Run(transaction, $"UPDATE {table} SET segment = @Segment, updated_at = @Now WHERE guid = @Guid", values, cancellation) > 0 ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;
        },
        cancellation);

    private static string Text(Metadata metadata) => JsonSerializer.Serialize(metadata, StateJson.Options);

    private sealed class Entitlement
    {
        public string Segment { get; init; } = "";

        public string Organization { get; init; } = "";
    }

    private sealed class SegmentRow
    {
        public string Guid { get; init; } = "";

        public string Name { get; init; } = "";

        public string Metadata { get; init; } = "";

        public long CreatedAt { get; init; }

        public long UpdatedAt { get; init; }

        public IsolationSegment With(IEnumerable<Entitlement> entitlements) => new(
            System.Guid.Parse(Guid),
            Name,
            [.. entitlements.Select(each => System.Guid.Parse(each.Organization))],
            JsonSerializer.Deserialize<Metadata>(Metadata, StateJson.Options)!,
            Instants.Of(CreatedAt),
            Instants.Of(UpdatedAt));
    }
}
