using Dapper;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Rows;

/// <summary>Rows whose wake-up time has passed.</summary>
internal static class DueRows
{
    /// <summary>Their guids, the most overdue first.</summary>
    public static Task<IReadOnlyList<Guid>> Read(Database database, string[] kinds, DateTimeOffset now, int countMax, CancellationToken cancellation) =>
        database.Read<IReadOnlyList<Guid>>(
            async connection =>
            {
                var sql = $"SELECT item_guid AS \"Item\" FROM OrleansStorage WHERE {database.Dialect.In("GrainTypeString", "@Kinds")} AND wake_at <= @Now ORDER BY wake_at LIMIT @Max";
                var command = new CommandDefinition(sql, new { Kinds = kinds, Now = ListingRow.Micros(now), Max = countMax }, cancellationToken: cancellation);
                return [.. (await connection.QueryAsync<ItemRow>(command)).Select(row => SqlDialect.ToGuid(row.Item))];
            },
            cancellation);

    private sealed class ItemRow
    {
        public object Item { get; init; } = "";
    }
}
