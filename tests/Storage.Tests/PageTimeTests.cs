using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Rows;
using Granary.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Granary.Storage.Tests;

/// <summary>What measures runs while nothing else of this process does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

[Collection(Alone.Name)]
public sealed class SqlitePageTimeTests(SqliteDatabases databases, ITestOutputHelper output) : PageTimeTests(databases, output), IClassFixture<SqliteDatabases>
{
    protected override string Fill => ManyTasks.Sqlite;
}

[Collection(Alone.Name)]
public sealed class PostgresPageTimeTests(PostgresDatabases databases, ITestOutputHelper output) : PageTimeTests(databases, output), IClassFixture<PostgresDatabases>
{
    protected override string Fill => ManyTasks.Postgres;
}

/// <summary>A page out of many rows comes in the time of a page out of few: at most three times as long, measured in turns.</summary>
public abstract class PageTimeTests(TestDatabases databases, ITestOutputHelper output)
{
    private const int FewRows = 1000;
    private const double RatioMax = 3;
    private const int Rounds = 60;

    protected abstract string Fill { get; }

    [Fact]
    public Task A_page_out_of_a_hundred_thousand_rows_takes_the_time_of_one_out_of_a_thousand() => Compare(100_000);

    [Fact]
    [Trait("Length", "Long")]
    public Task A_page_out_of_a_million_rows_takes_the_time_of_one_out_of_a_thousand() => Compare(1_000_000);

    private async Task Compare(int rowCount)
    {
        await using var few = await Filled(FewRows);
        await using var many = await Filled(rowCount);
        await using var totals = new Totals(TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger<Totals>.Instance);
        await using var fewTotals = new Totals(TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger<Totals>.Instance);
        var fewTasks = new DocumentRows<TaskDocument, TaskState>(TaskDocument.Kind, few, fewTotals);
        var manyTasks = new DocumentRows<TaskDocument, TaskState>(TaskDocument.Kind, many, totals);
        var app = Guid.Parse("00000000-0000-4000-8000-000000000007");
        if (many.Dialect == SqlDialect.Postgres)
        {
            app = Guid.Parse("00000000-0000-0000-0000-000000000007");
        }

        var ratios = new List<(string Listing, double Ratio)>();
        foreach (var (listing, query) in new (string, RowQuery)[]
        {
            ("first page", new RowQuery()),
            ("newest first", new RowQuery { Descending = true }),
            ("by update", new RowQuery { Order = RowOrder.UpdatedAt, Descending = true }),
            ("by name", new RowQuery { Order = RowOrder.Name }),
            ("of an app", new RowQuery { Apps = [app], PerPage = 5 }),
            ("of an app, by state", new RowQuery { Apps = [app], States = ["SUCCEEDED"], PerPage = 5 }),
            ("running, a few", new RowQuery { States = ["RUNNING"] }),
        })
        {
            ratios.Add((listing, await Ratio(listing, fewTasks, manyTasks, _ => query)));
        }

        var fewMiddle = await Middle(few);
        var manyMiddle = await Middle(many);
        ratios.Add(("behind a position in the middle", await Ratio("behind a position in the middle", fewTasks, manyTasks, rows => new RowQuery { Page = 2, After = rows == fewTasks ? fewMiddle : manyMiddle })));

        Assert.All(ratios, entry => Assert.True(entry.Ratio <= RatioMax, $"{entry.Listing}: {entry.Ratio:0.00} times as long out of {rowCount} rows"));
    }

    private async Task<double> Ratio(string listing, IRows<TaskState> few, IRows<TaskState> many, Func<IRows<TaskState>, RowQuery> query)
    {
        var expected = await few.Page(query(few), CancellationToken.None);
        var actual = await many.Page(query(many), CancellationToken.None);
        Assert.Equal(expected.Items.Count, actual.Items.Count);
        var fewTimes = new List<double>();
        var manyTimes = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            fewTimes.Add(await Time(few));
            manyTimes.Add(await Time(many));
        }

        var ratio = Typical(manyTimes) / Typical(fewTimes);
        output.WriteLine($"{listing}: {Typical(fewTimes):0.00} ms and {Typical(manyTimes):0.00} ms, ratio {ratio:0.00}; {actual.Total} rows match");
        return ratio;

        async Task<double> Time(IRows<TaskState> rows)
        {
            var started = Stopwatch.GetTimestamp();
            await rows.Page(query(rows), CancellationToken.None);
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
    }

    private static async Task<string> Middle(Database database)
    {
        var (at, guid) = await database.Read(
            connection => connection.QuerySingleAsync<(long, object)>("SELECT created_at, item_guid FROM OrleansStorage WHERE created_at >= (SELECT max(created_at) / 2 FROM OrleansStorage) ORDER BY created_at LIMIT 1"),
            CancellationToken.None);
        return new RowCursor(RowOrder.CreatedAt, at, SqlDialect.ToGuid(guid)).ToString();
    }

    // The lower quartile: other processes of the machine only ever make a page slower.
    private static double Typical(List<double> times) => times.Order().ElementAt(times.Count / 4);

    private async Task<Database> Filled(int rowCount)
    {
        var database = await databases.CreateMigrated();
        var payload = JsonSerializer.SerializeToUtf8Bytes(A.Task(phase: TaskPhase.Succeeded), StateJson.Options);
        await database.Write((connection, transaction) => connection.ExecuteAsync(Fill, new { Rows = rowCount, Payload = payload }, transaction, commandTimeout: 600), CancellationToken.None);
        return database;
    }
}
