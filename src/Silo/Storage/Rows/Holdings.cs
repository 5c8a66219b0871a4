using Dapper;
using Granary.Core.Quotas;
using Granary.Grains.Ports;
using Granary.Silo.Storage.Access;

namespace Granary.Silo.Storage.Rows;

/// <summary>What a count of claims asks: columns alone, from indexes.</summary>
internal sealed class Holdings(Database database) : IHoldings
{
    private const string Columns = "SELECT item_guid AS \"Item\", app_guid AS \"App\", scope AS \"Scope\", state AS \"State\", updated_at AS \"UpdatedAt\" FROM OrleansStorage";

    /// <summary>SQLite takes a limited number of parameters.</summary>
    private const int AskedAtOnce = 1000;

    public Task<IReadOnlyList<RowStamp>> Apps(Guid organization, CancellationToken cancellation) =>
        Select("GrainTypeString = @Kind AND scope IN (SELECT guid FROM granary_space WHERE organization = @Organization)", new { Kind = AppDocument.Kind, Organization = organization.ToString("D") }, cancellation);

    public async Task<IReadOnlyList<RowStamp>> Tasks(IReadOnlyCollection<Guid> apps, IReadOnlyCollection<Guid> others, CancellationToken cancellation)
    {
        var known = apps.ToHashSet();
        var unfinished = await Select($"GrainTypeString = @Kind AND item_guid IS NOT NULL AND {database.Dialect.In("state", "@States")}", new { TaskDocument.Kind, States = Claim.TaskStates.ToArray() }, cancellation);
        var found = unfinished.Where(each => known.Contains(each.App)).ToList();
        var missing = others.Except(found.Select(each => each.Item)).ToArray();
        foreach (var some in missing.Chunk(AskedAtOnce))
        {
            var parameters = new DynamicParameters(new { TaskDocument.Kind });
            parameters.Add("Guids", database.Dialect.Guids(some));
            found.AddRange(await Select($"GrainTypeString = @Kind AND {database.Dialect.In("item_guid", "@Guids")}", parameters, cancellation));
        }

        return found;
    }

    private async Task<IReadOnlyList<RowStamp>> Select(string condition, object parameters, CancellationToken cancellation) =>
        [.. (await database.Many<StampRow>($"{Columns} WHERE {condition}", parameters, cancellation)).Select(row => row.Stamp)];

    private sealed class StampRow
    {
        public object Item { get; init; } = "";

        public object App { get; init; } = "";

        public string? Scope { get; init; }

        public string State { get; init; } = "";

        public long UpdatedAt { get; init; }

        public RowStamp Stamp => new(SqlDialect.ToGuid(Item), SqlDialect.ToGuid(App), Guid.TryParse(Scope, out var space) ? space : null, State, Instants.Of(UpdatedAt));
    }
}
