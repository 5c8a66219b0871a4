using System.Data.Common;
using System.Text.Json;
using Dapper;
using Granary.Core.Cells;
using Granary.Core.Quotas;
using Granary.Grains.Ports;
using static Granary.Silo.Storage.Access.Statements;

namespace Granary.Silo.Storage.Access;

/// <summary>Quotas in rows of their own.</summary>
internal sealed class QuotaStore(Database database, TimeProvider clock) : IQuotas
{
    private const string Select = "SELECT guid AS Guid, organization AS Organization, name AS Name, terms AS Terms, created_at AS CreatedAt, updated_at AS UpdatedAt FROM granary_quota";

    private const string SelectStanding = """
        SELECT organization.guid AS Organization, organization.name AS OrganizationName, organization.limits_version AS Version, space.name AS SpaceName, mine.terms AS OrganizationTerms, spaces.terms AS SpaceTerms, segment.name AS Segment,
            (SELECT variables FROM granary_variable_group WHERE name = 'running') AS RunningVariables, (SELECT variables FROM granary_variable_group WHERE name = 'staging') AS StagingVariables,
            (SELECT string_agg(rules, ',') FROM granary_security_group WHERE running_default OR guid IN (SELECT security_group FROM granary_security_group_space WHERE space = @Space AND lifecycle = 'running')) AS RunningEgress,
            (SELECT string_agg(rules, ',') FROM granary_security_group WHERE staging_default OR guid IN (SELECT security_group FROM granary_security_group_space WHERE space = @Space AND lifecycle = 'staging')) AS StagingEgress
        FROM granary_space AS space
        JOIN granary_organization AS organization ON organization.guid = space.organization
        JOIN granary_quota AS mine ON mine.guid = organization.quota
        LEFT JOIN granary_quota AS spaces ON spaces.guid = space.quota
        LEFT JOIN granary_isolation_segment AS segment ON segment.guid = coalesce(space.segment, organization.segment)
        WHERE space.guid = @Space
        """;

    /// <summary>Of spaces in the organization, wherever they are.</summary>
    private const string SelectApplied = "SELECT DISTINCT quota.terms FROM granary_space AS space JOIN granary_quota AS quota ON quota.guid = space.quota WHERE space.organization = @Organization";

    private long Now => ListingRow.Micros(clock.GetUtcNow());

    public async Task<Quota?> Find(Guid guid, CancellationToken cancellation) =>
        (await database.One<QuotaRow>($"{Select} WHERE guid = @Guid", new { Guid = Key(guid) }, cancellation))?.Quota;

    public async Task<IReadOnlyList<Quota>> OfOrganizations(CancellationToken cancellation) =>
        [.. (await database.Many<QuotaRow>($"{Select} WHERE organization = '' ORDER BY created_at, guid", null, cancellation)).Select(row => row.Quota)];

    public async Task<IReadOnlyList<Quota>> OfSpaces(CancellationToken cancellation) =>
        [.. (await database.Many<QuotaRow>($"{Select} WHERE organization <> '' ORDER BY created_at, guid", null, cancellation)).Select(row => row.Quota)];

    public Task<Standing?> Standing(Guid space, CancellationToken cancellation) => database.Read(
        async connection =>
        {
            if (await connection.QuerySingleOrDefaultAsync<StandingRow>(new CommandDefinition(SelectStanding, new { Space = Key(space) }, cancellationToken: cancellation)) is not { } row)
            {
                return null;
            }

            var (mine, spaces) = (Limits(row.OrganizationTerms), Limits(row.SpaceTerms));
            var isCounted = (mine, spaces) != (QuotaLimits.None, QuotaLimits.None)
                || (await connection.QueryAsync<string>(new CommandDefinition(SelectApplied, new { row.Organization }, cancellationToken: cancellation))).Any(terms => Limits(terms) != QuotaLimits.None);
            return new Standing(Guid.Parse(row.Organization), row.OrganizationName, space, row.SpaceName, mine, spaces, isCounted, row.Version)
            {
                RunningVariables = VariableGroupStore.Given(row.RunningVariables),
                StagingVariables = VariableGroupStore.Given(row.StagingVariables),
                Segment = row.Segment is { } segment ? CellSegment.Named(segment) : null,
                RunningEgress = SecurityGroupStore.InForce(row.RunningEgress),
                StagingEgress = SecurityGroupStore.InForce(row.StagingEgress),
            };
        },
        cancellation);

    public Task<DirectoryOutcome> Add(Quota quota, IReadOnlyCollection<Guid> to, CancellationToken cancellation) => database.WriteWhole(
        async (connection, transaction) =>
        {
            const string insert = "INSERT INTO granary_quota (guid, organization, name, name_key, terms, created_at, updated_at) VALUES (@Guid, @Organization, @Name, @Folded, @Terms, @CreatedAt, @CreatedAt) ON CONFLICT DO NOTHING";
            return await connection.Run(transaction, insert, Values(quota), cancellation) == 0 ? DirectoryOutcome.Taken
                : await Apply(quota, to, connection, transaction, cancellation) ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;
        },
        cancellation);

    public async Task<DirectoryOutcome> Change(Quota quota, CancellationToken cancellation)
    {
        try
        {
            return await database.Write(
                async (connection, transaction) =>
                {
                    var found = await connection.Run(transaction, "UPDATE granary_quota SET name = @Name, name_key = @Folded, terms = @Terms, updated_at = @Now WHERE guid = @Guid", Values(quota), cancellation);
                    await Raise(quota, connection, transaction, cancellation);
                    return found > 0 ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;
                },
                cancellation);
        }
        catch (NameTakenException)
        {
            return DirectoryOutcome.Taken;
        }
    }

    public Task<DirectoryOutcome> Apply(Quota quota, IReadOnlyCollection<Guid> to, CancellationToken cancellation) => database.WriteWhole(
        async (connection, transaction) => await Locked(quota, connection, transaction, cancellation) && await Apply(quota, to, connection, transaction, cancellation) ? DirectoryOutcome.Done : DirectoryOutcome.NotFound,
        cancellation);

    public Task<DirectoryOutcome> Unapply(Quota quota, Guid space, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            await Raise(quota, connection, transaction, cancellation);
            return await connection.Run(transaction, "UPDATE granary_space SET quota = NULL, updated_at = @Now WHERE guid = @Space AND quota = @Guid", new { Space = Key(space), Guid = Key(quota.Guid), Now }, cancellation) > 0
                ? DirectoryOutcome.Done
                : DirectoryOutcome.NotFound;
        },
        cancellation);

    public Task<DirectoryOutcome> Remove(Quota quota, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            const string applied = "SELECT (SELECT count(*) FROM granary_organization WHERE quota = @Guid) + (SELECT count(*) FROM granary_space WHERE quota = @Guid)";
            var values = new { Guid = Key(quota.Guid) };
            return !await Locked(quota, connection, transaction, cancellation) ? DirectoryOutcome.NotFound
                : await connection.Count(transaction, applied, values, cancellation) > 0 ? DirectoryOutcome.NotEmpty
                : await connection.Run(transaction, "DELETE FROM granary_quota WHERE guid = @Guid", values, cancellation) > 0 ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;
        },
        cancellation);

    /// <summary>Lets one of those in who apply a quota and who remove it.</summary>
    private Task<bool> Locked(Quota quota, DbConnection connection, DbTransaction transaction, CancellationToken cancellation) =>
        connection.LockAll(transaction, database.Dialect, "granary_quota", [Key(quota.Guid)], cancellation);

    /// <summary>False when one of them is not there, or not of the organization of a quota of spaces.</summary>
    private async Task<bool> Apply(Quota quota, IReadOnlyCollection<Guid> to, DbConnection connection, DbTransaction transaction, CancellationToken cancellation)
    {
        var guids = to.Distinct().Select(Key).ToArray();
        var (table, condition) = quota.Organization is null ? ("granary_organization", "") : ("granary_space", " AND organization = @Organization");
        var sql = $"UPDATE {table} SET quota = @Guid, updated_at = @Now WHERE {database.Dialect.In("guid", "@Guids")}{condition}";
        var changed = guids.Length == 0 ? 0 : await connection.Run(transaction, sql, new { Guid = Key(quota.Guid), Organization = KeyOrNone(quota.Organization), Guids = guids, Now }, cancellation);
        await Raise(quota, connection, transaction, cancellation);
        return changed == guids.Length;
    }

    /// <summary>Counts that were made under the limits before do not hold under the new ones.</summary>
    private static Task<int> Raise(Quota quota, DbConnection connection, DbTransaction transaction, CancellationToken cancellation) =>
        connection.Run(transaction, "UPDATE granary_organization SET limits_version = limits_version + 1 WHERE quota = @Guid OR guid = @Organization", new { Guid = Key(quota.Guid), Organization = KeyOrNone(quota.Organization) }, cancellation);

    private object Values(Quota quota) => new
    {
        Guid = Key(quota.Guid),
        Organization = KeyOrNone(quota.Organization),
        quota.Name,
        Folded = ListingRow.Fold(quota.Name),
        Terms = JsonSerializer.Serialize(quota.Terms, StateJson.Options),
        CreatedAt = ListingRow.Micros(quota.CreatedAt),
        Now,
    };

    private static string KeyOrNone(Guid? guid) => guid?.ToString("D") ?? "";

    private static QuotaLimits Limits(string? terms) => terms is null ? QuotaLimits.None : Terms(terms).Apps;

    private static QuotaTerms Terms(string json) => JsonSerializer.Deserialize<QuotaTerms>(json, StateJson.Options) ?? throw new JsonException("A stored quota says nothing.");

    private sealed class QuotaRow
    {
        public string Guid { get; init; } = "";

        public string Organization { get; init; } = "";

        public string Name { get; init; } = "";

        public string Terms { get; init; } = "";

        public long CreatedAt { get; init; }

        public long UpdatedAt { get; init; }

        public Quota Quota => new(System.Guid.Parse(Guid), Organization.Length == 0 ? null : System.Guid.Parse(Organization), Name, QuotaStore.Terms(Terms), Instants.Of(CreatedAt), Instants.Of(UpdatedAt));
    }

    private sealed class StandingRow
    {
        public string Organization { get; init; } = "";

        public string OrganizationName { get; init; } = "";

        public int Version { get; init; }

        public string SpaceName { get; init; } = "";

        public string OrganizationTerms { get; init; } = "";

        public string? SpaceTerms { get; init; }

        public string? RunningVariables { get; init; }

        public string? StagingVariables { get; init; }

        public string? Segment { get; init; }

        public string? RunningEgress { get; init; }

        public string? StagingEgress { get; init; }
    }
}
