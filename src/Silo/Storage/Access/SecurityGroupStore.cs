using System.Collections.Immutable;
using System.Data.Common;
using System.Text.Json;
using Dapper;
using Granary.Core;
using Granary.Core.Egress;
using Granary.Grains.Ports;
using static Granary.Silo.Storage.Access.Statements;

namespace Granary.Silo.Storage.Access;

/// <summary>Security groups in rows of their own, and a row for each binding.</summary>
internal sealed class SecurityGroupStore(Database database, TimeProvider clock) : ISecurityGroups
{
    private const string Select = "SELECT guid AS Guid, name AS Name, rules AS Rules, running_default AS IsOfAllRunning, staging_default AS IsOfAllStaging, created_at AS CreatedAt, updated_at AS UpdatedAt FROM granary_security_group";

    private const string SelectBindings = "SELECT security_group AS SecurityGroup, space AS Space, lifecycle AS Lifecycle FROM granary_security_group_space";

    private long Now => ListingRow.Micros(clock.GetUtcNow());

    public async Task<SecurityGroup?> Find(Guid guid, CancellationToken cancellation) =>
        (await Read($"{Select} WHERE guid = @Guid", $"{SelectBindings} WHERE security_group = @Guid", new { Guid = Key(guid) }, cancellation)).SingleOrDefault();

    public Task<IReadOnlyList<SecurityGroup>> All(CancellationToken cancellation) => Read($"{Select} ORDER BY created_at, guid", SelectBindings, null, cancellation);

    public Task<DirectoryOutcome> Add(SecurityGroup group, CancellationToken cancellation) => database.WriteWhole(
        async (connection, transaction) =>
        {
            const string insert = """
                INSERT INTO granary_security_group (guid, name, name_key, rules, running_default, staging_default, created_at, updated_at)
                VALUES (@Guid, @Name, @Folded, @Rules, @IsOfAllRunning, @IsOfAllStaging, @CreatedAt, @CreatedAt) ON CONFLICT DO NOTHING
                """;
            var values = new { Guid = Key(group.Guid), group.Name, Folded = ListingRow.Fold(group.Name), Rules = Text(group.Rules), group.IsOfAllRunning, group.IsOfAllStaging, CreatedAt = ListingRow.Micros(group.CreatedAt) };
            return await connection.Run(transaction, insert, values, cancellation) == 0 ? DirectoryOutcome.Taken
                : await Bind(group.Guid, GroupLifecycle.Running, group.RunningSpaces, connection, transaction, cancellation)
                    && await Bind(group.Guid, GroupLifecycle.Staging, group.StagingSpaces, connection, transaction, cancellation) ? await Bounded(connection, transaction, cancellation)
                : DirectoryOutcome.NotFound;
        },
        cancellation);

    public async Task<DirectoryOutcome> Change(Guid guid, SecurityGroupChange change, CancellationToken cancellation)
    {
        // Only what is named is written, so that two changes at once both count.
        const string update = """
            UPDATE granary_security_group SET name = COALESCE(@Name, name), name_key = COALESCE(@Folded, name_key), rules = COALESCE(@Rules, rules),
                running_default = COALESCE(@IsOfAllRunning, running_default), staging_default = COALESCE(@IsOfAllStaging, staging_default), updated_at = @Now
            WHERE guid = @Guid
            """;
        var values = new
        {
            Guid = Key(guid),
            change.Name,
            Folded = change.Name is { } name ? ListingRow.Fold(name) : null,
            Rules = change.Rules is { } rules ? Text(rules) : null,
            change.IsOfAllRunning,
            change.IsOfAllStaging,
            Now,
        };
        try
        {
            return await database.WriteWhole(
                async (connection, transaction) => await connection.Run(transaction, update, values, cancellation) == 0 ? DirectoryOutcome.NotFound
                    : change.Rules is null ? DirectoryOutcome.Done
                    : await Bounded(connection, transaction, cancellation),
                cancellation);
        }
        catch (NameTakenException)
        {
            return DirectoryOutcome.Taken;
        }
    }

    public Task<DirectoryOutcome> Bind(Guid guid, GroupLifecycle lifecycle, IReadOnlyCollection<Guid> spaces, CancellationToken cancellation) => database.WriteWhole(
        async (connection, transaction) =>
            await connection.LockAll(transaction, database.Dialect, "granary_security_group", [Key(guid)], cancellation) && await Bind(guid, lifecycle, spaces, connection, transaction, cancellation)
                ? DirectoryOutcome.Done
                : DirectoryOutcome.NotFound,
        cancellation);

    public async Task<DirectoryOutcome> Unbind(Guid guid, GroupLifecycle lifecycle, Guid space, CancellationToken cancellation) =>
        await database.Changes(
            "DELETE FROM granary_security_group_space WHERE security_group = @Guid AND space = @Space AND lifecycle = @Lifecycle",
            new { Guid = Key(guid), Space = Key(space), Lifecycle = Word(lifecycle) },
            cancellation) ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;

    public Task<DirectoryOutcome> Remove(Guid guid, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            // The group first: whoever binds it at the same time waits, and finds it gone.
            var values = new { Guid = Key(guid) };
            var removed = await connection.Run(transaction, "DELETE FROM granary_security_group WHERE guid = @Guid", values, cancellation);
            await connection.Run(transaction, "DELETE FROM granary_security_group_space WHERE security_group = @Guid", values, cancellation);
            return removed > 0 ? DirectoryOutcome.Done : DirectoryOutcome.NotFound;
        },
        cancellation);

    /// <summary>The rules of groups as columns hold them, parted by commas, as what they come to; null, the sum of no groups, permits nothing.</summary>
    public static ImmutableArray<EgressRule>? InForce(string? columns) =>
        EgressRules.InForce(columns is null ? [] : JsonSerializer.Deserialize<EgressRule[][]>($"[{columns}]", StateJson.Options)!.SelectMany(each => each));

    /// <summary>All groups may hold in one space: together they have to be few enough for each task's row, and for the kernel.</summary>
    private static async Task<DirectoryOutcome> Bounded(DbConnection connection, DbTransaction transaction, CancellationToken cancellation)
    {
        var all = await connection.QueryAsync<string>(new CommandDefinition("SELECT rules FROM granary_security_group", transaction: transaction, cancellationToken: cancellation));
        return all.Sum(rules => Rules(rules).Sum(EgressRules.Reach)) > Limits.EgressReachOfAll ? DirectoryOutcome.TooMuch : DirectoryOutcome.Done;
    }

    /// <summary>False when one of the spaces is not there.</summary>
    private async Task<bool> Bind(Guid guid, GroupLifecycle lifecycle, IReadOnlyCollection<Guid> spaces, DbConnection connection, DbTransaction transaction, CancellationToken cancellation)
    {
        var keys = spaces.Distinct().Select(Key).ToArray();
        if (!await connection.LockAll(transaction, database.Dialect, "granary_space", keys, cancellation))
        {
            return false;
        }

        const string insert = "INSERT INTO granary_security_group_space (space, lifecycle, security_group) VALUES (@Space, @Lifecycle, @Guid) ON CONFLICT DO NOTHING";
        foreach (var space in keys)
        {
            await connection.Run(transaction, insert, new { Space = space, Lifecycle = Word(lifecycle), Guid = Key(guid) }, cancellation);
        }

        return true;
    }

    private Task<IReadOnlyList<SecurityGroup>> Read(string groups, string bindings, object? parameters, CancellationToken cancellation) => database.Read<IReadOnlyList<SecurityGroup>>(
        async connection =>
        {
            var rows = await connection.QueryAsync<GroupRow>(new CommandDefinition(groups, parameters, cancellationToken: cancellation));
            var bound = (await connection.QueryAsync<BindingRow>(new CommandDefinition(bindings, parameters, cancellationToken: cancellation))).ToLookup(row => (row.SecurityGroup, row.Lifecycle), row => Guid.Parse(row.Space));
            return [.. rows.Select(row => new SecurityGroup(
                Guid.Parse(row.Guid),
                row.Name,
                Rules(row.Rules),
                row.IsOfAllRunning,
                row.IsOfAllStaging,
                [.. bound[(row.Guid, Word(GroupLifecycle.Running))].Order()],
                [.. bound[(row.Guid, Word(GroupLifecycle.Staging))].Order()],
                Instants.Of(row.CreatedAt),
                Instants.Of(row.UpdatedAt)))];
        },
        cancellation);

    private static string Word(GroupLifecycle lifecycle) => lifecycle is GroupLifecycle.Running ? "running" : "staging";

    private static ImmutableArray<EgressRule> Rules(string column) => JsonSerializer.Deserialize<ImmutableArray<EgressRule>>(column, StateJson.Options);

    private static string Text(ImmutableArray<EgressRule> rules) => JsonSerializer.Serialize(rules, StateJson.Options);

    private sealed class GroupRow
    {
        public string Guid { get; init; } = "";

        public string Name { get; init; } = "";

        public string Rules { get; init; } = "";

        public bool IsOfAllRunning { get; init; }

        public bool IsOfAllStaging { get; init; }

        public long CreatedAt { get; init; }

        public long UpdatedAt { get; init; }
    }

    private sealed class BindingRow
    {
        public string SecurityGroup { get; init; } = "";

        public string Space { get; init; } = "";

        public string Lifecycle { get; init; } = "";
    }
}
