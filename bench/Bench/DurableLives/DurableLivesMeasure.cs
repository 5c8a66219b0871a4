using Granary.Testing;

namespace Granary.Bench.DurableLives;

/// <summary>
/// Lives of tasks per second over an engine in memory, on each database, against the durable writes of as many lives made by the bare
/// driver: what remains of a life is what Granary adds to its commits.
/// </summary>
internal static class DurableLivesMeasure
{
    /// <summary>PENDING, RUNNING and the outcome: see ARCHITECTURE.md, "Life of a task".</summary>
    public const int CommitsPerLife = 3;

    private static readonly (int InFlight, int Lives)[] Loads = [(1, 50), (64, 512), (256, 1024)];

    public static async Task<Outcome> Run(int rounds)
    {
        var folder = Directory.CreateDirectory(await TestState.FolderFor("lives")).FullName;
        var server = new PrivatePostgres();
        try
        {
            await server.InitializeAsync();
            var figures = new List<Figure>();
            figures.AddRange(await On("SQLite", $"sqlite:{Path.Combine(folder, "granary.db")}", new BareSqlite(Path.Combine(folder, "floor.db"))));
            figures.AddRange(await On("PostgreSQL", await server.CreateDatabase(), new BarePostgres(await server.CreateDatabase())));
            return new Outcome(figures, new Dictionary<string, string>
            {
                ["item"] = $"one life of a task whose container is in memory; for the floor {CommitsPerLife} commits of one row with {BareCommits.PayloadBytes} bytes",
                ["file system"] = new DriveInfo(folder).DriveFormat,
            });
        }
        finally
        {
            await server.DisposeAsync();
        }

        async Task<IReadOnlyList<Figure>> On(string database, string address, BareCommits floor)
        {
            await using var owned = floor;
            await using var silo = await SiloInMemory.Up(address, Path.Combine(folder, database));
            await floor.Prepare();
            return await Rounds.Run(Loads.Select(each => new Pair($"{database}, {each.InFlight} in flight", each.InFlight, each.Lives, silo.Life, floor.Life, silo.Settled)), rounds);
        }
    }
}
