using System.Data.Common;
using System.Text.Json;
using Dapper;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Rows;

/// <summary>Lists one kind of document from the indexed columns of the row that holds its state.</summary>
internal class DocumentRows<TDocument, TState>(string kind, Database database, Totals totals) : IRows<TState>
    where TDocument : Document<TState>
    where TState : class, new()
{
    protected Database Database => database;

    protected string Kind => kind;

    public async Task<TState?> Find(Guid guid, CancellationToken cancellation) =>
        (await Select("item_guid = @Guid", new { Kind = kind, Guid = database.Dialect.Guid(guid) }, cancellation)).SingleOrDefault();

    public async Task<RowPage<TState>> Page(RowQuery query, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Page, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.PerPage, 1);
        var filter = new RowFilter(kind, query, database.Dialect);
        var (items, next) = await ReadPage(query, filter, cancellation);

        var before = (query.Page - 1L) * query.PerPage;
        if (query.After is null && next is null && (items.Count > 0 || before == 0))
        {
            return new RowPage<TState>(items, before + items.Count, null); // The last page tells the total.
        }

        var total = await totals.Of(filter.Key, stop => Count(filter, stop), cancellation);

        // An older number must not contradict the rows on the page.
        return new RowPage<TState>(items, query.After is null && items.Count > 0 ? Math.Max(total, before + items.Count + 1) : total, next);
    }

    /// <summary>The states of the rows of this kind that satisfy a condition.</summary>
    protected Task<IReadOnlyList<TState>> Select(string condition, object parameters, CancellationToken cancellation) =>
        database.Read<IReadOnlyList<TState>>(
            async connection =>
            {
                var command = new CommandDefinition($"SELECT PayloadBinary FROM OrleansStorage WHERE GrainTypeString = @Kind AND {condition}", parameters, cancellationToken: cancellation);
                return [.. (await connection.QueryAsync<byte[]>(command)).Select(State)];
            },
            cancellation);

    private Task<(List<TState> Items, string? Next)> ReadPage(RowQuery query, RowFilter filter, CancellationToken cancellation)
    {
        var column = query.Order switch
        {
            RowOrder.CreatedAt => "created_at",
            RowOrder.UpdatedAt => "updated_at",
            RowOrder.Name => database.Dialect.NameKey,
            _ => throw new ArgumentOutOfRangeException(nameof(query), query.Order, "No such order."),
        };
        var direction = query.Descending ? "DESC" : "ASC";
        var parameters = filter.Parameters();
        parameters.Add("Take", query.PerPage + 1);
        var from = "";
        var skip = "";
        if (query.After is { } after)
        {
            var cursor = RowCursor.Parse(after, query.Order);
            parameters.Add("Position", cursor.Position);
            parameters.Add("Guid", database.Dialect.Guid(cursor.Guid));
            from = $" AND ({column}, item_guid) {(query.Descending ? '<' : '>')} (@Position, @Guid)";
        }
        else if (query.Page > 1)
        {
            parameters.Add("Skip", (query.Page - 1L) * query.PerPage);
            skip = " OFFSET @Skip";
        }

        var sql = $"SELECT PayloadBinary, {column} AS position, item_guid FROM OrleansStorage WHERE {filter.Where}{from} ORDER BY {column} {direction}, item_guid {direction} LIMIT @Take{skip}";
        return database.Read(
            async connection =>
            {
                await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellation));
                return await Take(reader, query, cancellation);
            },
            cancellation);
    }

    /// <summary>The rows of a page; one row more than asked for says that there is a next page.</summary>
    private static async Task<(List<TState> Items, string? Next)> Take(DbDataReader reader, RowQuery query, CancellationToken cancellation)
    {
        var items = new List<TState>(query.PerPage);
        RowCursor last = default;
        while (await reader.ReadAsync(cancellation))
        {
            if (items.Count == query.PerPage)
            {
                return (items, last.ToString());
            }

            items.Add(State((byte[])reader.GetValue(0)));
            last = new RowCursor(query.Order, reader.GetValue(1), SqlDialect.ToGuid(reader.GetValue(2)));
        }

        return (items, null);
    }

    private Task<long> Count(RowFilter filter, CancellationToken cancellation) =>
        database.Read(
            connection => connection.ExecuteScalarAsync<long>(new CommandDefinition($"SELECT count(*) FROM OrleansStorage WHERE {filter.Where}", filter.Parameters(), cancellationToken: cancellation)),
            cancellation);

    private static TState State(byte[] payload) =>
        JsonSerializer.Deserialize<TDocument>(payload, StateJson.Options)?.State ?? throw new JsonException($"A stored {typeof(TState).Name} is null.");
}
