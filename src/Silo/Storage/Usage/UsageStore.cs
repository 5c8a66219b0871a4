using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Core.Usage;
using Granary.Grains.Ports;
using Granary.Silo.Storage.Access;
using Granary.Silo.Storage.Rows;

namespace Granary.Silo.Storage.Usage;

/// <summary>Usage events in rows of their own, one of each by the unique index of their guids.</summary>
internal sealed class UsageStore(Database database, TimeProvider clock) : IUsage
{
    /// <summary>A row is stamped by the clock of its silo a moment before it is committed: so far back it may still come to be.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(30);

    /// <summary>Rows of one transaction: it holds up no other write for long.</summary>
    private const int BatchMax = 500;

    /// <summary>What has ended has both its events, or its end is missing; what has not yet ended has at most the first.</summary>
    private const string Missing = $"""
        GrainTypeString = '{TaskDocument.Kind}' AND item_guid IS NOT NULL AND
        (
            (state IN ('SUCCEEDED', 'FAILED') AND NOT EXISTS (SELECT 1 FROM granary_usage AS known WHERE known.task = CAST(item_guid AS text) AND known.state = '{UsageRules.TaskStopped}'))
            OR (state NOT IN ('SUCCEEDED', 'FAILED') AND updated_at > created_at AND NOT EXISTS (SELECT 1 FROM granary_usage AS known WHERE known.task = CAST(item_guid AS text) AND known.state = '{UsageRules.TaskStarted}'))
        )
        """;

    private long Now => ListingRow.Micros(clock.GetUtcNow());

    public async Task<int> Gather(bool everything, CancellationToken cancellation)
    {
        var (total, from) = (0, 0L);
        while (true)
        {
            // Each batch goes on where the one before ended, so that rows from which nothing follows any more are passed by.
            var (found, added, next) = await database.Write(
                async (connection, transaction) =>
                {
                    var now = Now;
                    var mark = await Locked(connection, transaction, cancellation);
                    from = Math.Max(from, everything ? 0 : mark.GatheredTo - (long)Late.TotalMicroseconds);
                    var rows = await Rows(connection, transaction, "updated_at >= @From", new { From = from, Max = BatchMax }, cancellation);
                    var added = await Add(connection, transaction, rows.SelectMany(each => UsageRules.Of(each)), mark.ForgottenTo, cancellation);
                    if (rows.Count < BatchMax)
                    {
                        await connection.Run(transaction, "UPDATE granary_usage_mark SET gathered_to = @Now WHERE gathered_to < @Now", new { Now = now }, cancellation);
                    }

                    return (rows.Count, added, rows.Count == 0 ? from : ListingRow.Micros(rows[^1].UpdatedAt));
                },
                cancellation);
            total += added;
            if (found < BatchMax)
            {
                return total;
            }

            from = added == 0 ? next + 1 : next;
        }
    }

    public Task Gather(AppId app, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var mark = await Locked(connection, transaction, cancellation);
            var parameters = new DynamicParameters(new { Max = int.MaxValue });
            parameters.Add("App", database.Dialect.Guid(app.Value));
            return await Add(connection, transaction, (await Rows(connection, transaction, "app_guid = @App", parameters, cancellation)).SelectMany(each => UsageRules.Of(each)), mark.ForgottenTo, cancellation);
        },
        cancellation);

    public async Task<UsageEvent?> Find(Guid guid, CancellationToken cancellation) =>
        await database.One<string>("SELECT document FROM granary_usage WHERE guid = @Guid", new { Guid = Key(guid) }, cancellation) is { } document ? Read(document) : null;

    public Task<RowPage<UsageEvent>?> Page(RowQuery query, Guid? after, CancellationToken cancellation) => database.Read(
        async connection =>
        {
            var (behind, where) = (0L, new List<string>());
            if (after is { } known)
            {
                if (await connection.QuerySingleOrDefaultAsync<long?>(new CommandDefinition("SELECT number FROM granary_usage WHERE guid = @Guid", new { Guid = Key(known) }, cancellationToken: cancellation)) is not { } number)
                {
                    return null;
                }

                behind = number;
                where.Add("number > @Behind");
            }

            var guids = query.Guids is { IsEmpty: false } given ? given.Select(Key).ToArray() : null;
            if (guids is not null)
            {
                where.Add(database.Dialect.In("guid", "@Guids"));
            }

            var position = query.After is null ? null : (long?)Position(query.After);
            var parameters = new DynamicParameters(new { Behind = behind, Position = position ?? 0, Take = query.PerPage + 1, Skip = position is null ? (query.Page - 1L) * query.PerPage : 0 });
            parameters.Add("Guids", guids);
            foreach (var (instant, index) in query.CreatedAts.Select((each, index) => (each, index)))
            {
                where.Add($"created_at {instant.Relation.Sign()} @At{index}");
                parameters.Add($"At{index}", ListingRow.Micros(instant.At));
            }

            var all = where.Count == 0 ? "1 = 1" : string.Join(" AND ", where);
            var from = position is null ? all : $"{all} AND number {(query.Descending ? '<' : '>')} @Position";
            var rows = (await connection.QueryAsync<(long Number, string Document)>(new CommandDefinition($"SELECT number, document FROM granary_usage WHERE {from} ORDER BY number {(query.Descending ? "DESC" : "ASC")} LIMIT @Take OFFSET @Skip", parameters, cancellationToken: cancellation))).ToArray();
            var total = await connection.ExecuteScalarAsync<long>(new CommandDefinition($"SELECT count(*) FROM granary_usage WHERE {all}", parameters, cancellationToken: cancellation));
            var shown = rows.Take(query.PerPage).ToArray();
            return new RowPage<UsageEvent>([.. shown.Select(row => Read(row.Document))], total, rows.Length > shown.Length ? shown[^1].Number.ToString(CultureInfo.InvariantCulture) : null);
        },
        cancellation);

    public Task Reseed(ImmutableArray<UsageEvent> seeds, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            await Locked(connection, transaction, cancellation);
            await connection.Run(transaction, "DELETE FROM granary_usage", new { }, cancellation);
            await connection.Run(transaction, "UPDATE granary_usage_mark SET forgotten_to = @Now", new { Now }, cancellation);
            return await Add(connection, transaction, seeds, 0, cancellation);
        },
        cancellation);

    public Task<int> Remove(DateTimeOffset before, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            await Locked(connection, transaction, cancellation);
            var values = new { Before = ListingRow.Micros(before) };
            await connection.Run(transaction, "UPDATE granary_usage_mark SET forgotten_to = @Before WHERE forgotten_to < @Before", values, cancellation);
            return await connection.Run(transaction, "DELETE FROM granary_usage WHERE created_at < @Before", values, cancellation);
        },
        cancellation);

    /// <summary>Lets one gather at a time, so that the numbers rise with the commits.</summary>
    private async Task<MarkRow> Locked(DbConnection connection, DbTransaction transaction, CancellationToken cancellation) =>
        await connection.QuerySingleAsync<MarkRow>(new CommandDefinition($"SELECT gathered_to AS GatheredTo, forgotten_to AS ForgottenTo FROM granary_usage_mark{database.Dialect.ForUpdate}", null, transaction, cancellationToken: cancellation));

    private static async Task<IReadOnlyList<TaskState>> Rows(DbConnection connection, DbTransaction transaction, string condition, object parameters, CancellationToken cancellation) =>
    [
        .. (await connection.QueryAsync<byte[]>(new CommandDefinition($"SELECT PayloadBinary FROM OrleansStorage WHERE {condition} AND {Missing} ORDER BY updated_at LIMIT @Max", parameters, transaction, cancellationToken: cancellation)))
            .Select(payload => JsonSerializer.Deserialize<TaskDocument>(payload, StateJson.Options)!.State),
    ];

    private static async Task<int> Add(DbConnection connection, DbTransaction transaction, IEnumerable<UsageEvent> events, long forgottenTo, CancellationToken cancellation)
    {
        var added = 0;
        foreach (var happened in events.Where(each => ListingRow.Micros(each.CreatedAt) > forgottenTo))
        {
            added += await connection.Run(
                transaction,
                "INSERT INTO granary_usage (guid, task, state, created_at, document) VALUES (@Guid, @Task, @State, @CreatedAt, @Document) ON CONFLICT (guid) DO NOTHING",
                new { Guid = Key(happened.Id), Task = happened.Task is { } task ? Key(task) : null, happened.State, CreatedAt = ListingRow.Micros(happened.CreatedAt), Document = JsonSerializer.Serialize(happened, StateJson.Options) },
                cancellation);
        }

        return added;
    }

    private static long Position(string after) =>
        long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException("The position is not one that a listing in this order gave out.");

    private static string Key(Guid guid) => guid.ToString("D");

    private static UsageEvent Read(string document) => JsonSerializer.Deserialize<UsageEvent>(document, StateJson.Options) ?? throw new JsonException("A stored usage event is null.");

    private sealed class MarkRow
    {
        public long GatheredTo { get; init; }

        public long ForgottenTo { get; init; }
    }
}
