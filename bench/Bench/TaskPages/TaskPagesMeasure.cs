using System.Globalization;
using System.Text.Json;
using Dapper;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Migrations;
using Granary.Testing;

namespace Granary.Bench.TaskPages;

/// <summary>Pages of the task list by HTTP, out of a million tasks and out of a thousand: a silo as a process of its own on each, asked in turn.</summary>
internal static class TaskPagesMeasure
{
    private const int FewRows = 1000;
    private const int ManyRows = 1_000_000;

    /// <summary>Pages in one round.</summary>
    private const int Pages = 100;

    /// <summary>What it takes to write a million rows on a slow machine, in seconds.</summary>
    private const int FillSecondsMax = 900;

    private static readonly string[] Lists = ["per_page=50&order_by=-created_at", "per_page=50&states=RUNNING", "per_page=50&order_by=-updated_at&states=SUCCEEDED"];

    public static async Task<Outcome> Run(int rounds)
    {
        var folder = Directory.CreateDirectory(await TestState.FolderFor("pages")).FullName;
        var server = new PrivatePostgres();
        try
        {
            await server.InitializeAsync();
            return new Outcome(
                [
                    .. await On("SQLite", rows => Task.FromResult($"sqlite:{Path.Combine(folder, $"{rows}.db")}")),
                    .. await On("PostgreSQL", _ => server.CreateDatabase()),
                ],
                new Dictionary<string, string>
                {
                    ["item"] = string.Create(CultureInfo.InvariantCulture, $"one page of GET /v3/tasks out of {ManyRows} tasks; for the floor out of {FewRows}"),
                });
        }
        finally
        {
            await server.DisposeAsync();
        }

        async Task<IReadOnlyList<Figure>> On(string database, Func<int, Task<string>> create)
        {
            await using var many = await Filled(await create(ManyRows), ManyRows);
            await using var few = await Filled(await create(FewRows), FewRows);
            using var http = new HttpClient();
            return await Rounds.Run(Lists.Select(list => new Pair($"{database}, {list}", 1, Pages, () => Page(http, many, list), () => Page(http, few, list), () => Task.CompletedTask)), rounds);
        }
    }

    /// <summary>A silo over so many tasks. Nothing runs, so it needs no engine.</summary>
    private static async Task<SiloUnderTest> Filled(string address, int rows)
    {
        await using (var database = Database.Open(new StorageOptions { Database = address }))
        {
            await new Migrator(database, Migration.For(database), TimeProvider.System).Run(CancellationToken.None);
            var fill = database.Dialect == SqlDialect.Postgres ? ManyTasks.Postgres : ManyTasks.Sqlite;
            var finished = TaskMachine.Decide(new TaskState(), A.Submitted()).Next with { Phase = TaskPhase.Succeeded };
            var payload = JsonSerializer.SerializeToUtf8Bytes(new TaskDocument { State = finished }, StateJson.Options);
            await database.Write((connection, transaction) => connection.ExecuteAsync(fill, new { Rows = rows, Payload = payload }, transaction, FillSecondsMax), CancellationToken.None);
        }

        return await SiloUnderTest.Up("unix:///nonexistent/docker.sock", "--db", address);
    }

    private static async Task Page(HttpClient http, SiloUnderTest silo, string list)
    {
        using var page = JsonDocument.Parse(await http.GetStringAsync(new Uri(silo.Address, $"/v3/tasks?{list}")));
        var count = page.RootElement.GetProperty("resources").GetArrayLength();
        if (count != 50)
        {
            throw new InvalidOperationException($"A page of {list} has {count} tasks, not 50.");
        }
    }
}
