using System.Collections.Immutable;
using System.Text.Json;
using Dapper;
using Granary.Core.Apps;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Access;

/// <summary>Groups of variables in rows of their own, which are there from the beginning.</summary>
internal sealed class VariableGroupStore(Database database, TimeProvider clock) : IVariableGroups
{
    private const string Select = "SELECT name AS Name, variables AS Variables, updated_at AS UpdatedAt FROM granary_variable_group WHERE name = @Name";

    public async Task<VariableGroup> Get(string name, CancellationToken cancellation) => (await database.One<GroupRow>(Select, new { Name = name }, cancellation))!.Group;

    public Task<(VariableGroup Group, ImmutableArray<string> Faults)> Change(string name, ImmutableSortedDictionary<string, string?> changes, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            // Two changes at once both count.
            var before = (await connection.QuerySingleAsync<GroupRow>(new CommandDefinition($"{Select}{database.Dialect.ForUpdate}", new { Name = name }, transaction, cancellationToken: cancellation))).Group;
            var (after, faults) = VariableRules.Change(before.Variables, changes);
            if (!faults.IsEmpty)
            {
                return (before, faults);
            }

            var now = clock.GetUtcNow();
            await connection.Run(transaction, "UPDATE granary_variable_group SET variables = @Variables, updated_at = @Now WHERE name = @Name", new { Name = name, Variables = JsonSerializer.Serialize(after), Now = ListingRow.Micros(now) }, cancellation);
            return (before with { Variables = after, UpdatedAt = now }, faults);
        },
        cancellation);

    /// <summary>Variables as a column holds them; null where there are none.</summary>
    public static ImmutableSortedDictionary<string, string>? Given(string? column) =>
        column is not null && JsonSerializer.Deserialize<ImmutableSortedDictionary<string, string>>(column) is { IsEmpty: false } given ? given : null;

    private sealed class GroupRow
    {
        public string Name { get; init; } = "";

        public string Variables { get; init; } = "";

        public long? UpdatedAt { get; init; }

        public VariableGroup Group => new(Name, Given(Variables) ?? ImmutableSortedDictionary<string, string>.Empty, UpdatedAt is { } at ? Instants.Of(at) : null);
    }
}
