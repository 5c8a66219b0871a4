using Granary.Client;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Testing;
using Npgsql;
using Xunit.Abstractions;

namespace Granary.Cluster.Tests;

/// <summary>The database is away, or its connections are cut in the midst of a write, where there are wardens.</summary>
public sealed class DatabaseTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(30);

    private readonly Witness witness = new();
    private LocalCluster? cluster;

    private LocalCluster Cluster => cluster ?? throw new InvalidOperationException("No cluster was started.");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }

        witness.Dispose();
    }

    /// <summary>A roster of one always holds: nobody is there who could move anything.</summary>
    [Fact]
    [Trait("Length", "Long")]
    public async Task A_cell_alone_restarts_nothing_while_the_database_is_away_for_30_s()
    {
        await using var client = await Ready("alone", silos: 1);
        var app = await client.Granary.PushImage("alone", SharedEngine.BusyboxImage);
        // Some end during the outage, and some after it.
        var tasks = await Task.WhenAll(Enumerable.Range(0, 8).Select(each => client.Granary.Run(app.Id, Clusters.Busybox(Clusters.Counting(each % 2 == 0 ? 150 : 500, each), memoryMb: 16))));
        await Task.WhenAll(tasks.Select(each => client.Says(each, "line 5")));

        await Cluster.DatabaseDown();
        await Task.Delay(Outage); // The time is what is asked for.
        await Cluster.DatabaseUp();
        var ended = await Task.WhenAll(tasks.Select(client.End));

        foreach (var (task, code) in ended.Select((task, code) => (task, code)))
        {
            Assert.True((task.ExitCode, task.Attempt) == (code, 1), ClusterClient.Story(task));
            Assert.Single(witness.Of(task.Id.Value));
            Assert.Equal(Clusters.Counted(code % 2 == 0 ? 150 : 500, code), await client.Log(task));
        }
    }

    /// <summary>Writes are held up by a lock until they are in flight for certain, and then their connections are cut: nobody knows what became of them.</summary>
    [Fact]
    [Trait("Length", "Long")]
    public async Task Connections_that_are_cut_while_writes_are_in_flight_lose_nothing_and_restart_nothing()
    {
        await using var client = await Ready("writes", silos: 2);
        var app = await client.Granary.PushImage("writes", SharedEngine.BusyboxImage);
        await using var database = NpgsqlDataSource.Create(await Cluster.DatabaseAddress());
        var ids = Enumerable.Range(0, 32).Select(_ => new TaskId(Guid.NewGuid())).ToArray();
        var submits = new List<Task>();
        var cut = 0;
        foreach (var some in ids.Index().Chunk(4))
        {
            // So that there is a write in each round.
            submits.AddRange(some.Select(each => Accepted(client, () => client.Granary.Run(app.Id, Clusters.Busybox($"sleep {each.Index % 5}; exit {each.Index}", memoryMb: 16), each.Item))));
            cut += await CutWrites(database);
        }

        await Task.WhenAll(submits);
        var ended = await Task.WhenAll(ids.Select(each => client.Until(each, now => now.IsFinished, "has ended")));
        var listed = (await client.Granary.Tasks(new RowQuery { Apps = [app.Id.Value], PerPage = 1000 })).Items;

        output.WriteLine($"{cut} writes were cut");
        Assert.NotEqual(0, cut);
        foreach (var (task, code) in ended.Select((task, code) => (task, code)))
        {
            Assert.True((task.ExitCode, task.Counters.Losses, task.Counters.Failures) == (code, 0, 0), ClusterClient.Story(task));
            Assert.True(witness.Of(task.Id.Value).Count <= 1, ClusterClient.Story(task));
        }

        Assert.Equal(ids.Select(each => each.Value).Order(), listed.Select(each => each.Id.Value).Order());
        Assert.Equal(listed.Count, listed.Select(each => each.SequenceId).Distinct().Count());
    }

    /// <summary>Leases lie in a table of their own: they are renewed meanwhile. Returns how many writes were cut.</summary>
    private static async Task<int> CutWrites(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("LOCK TABLE OrleansStorage IN SHARE MODE", connection, transaction);
        await hold.ExecuteNonQueryAsync();
        // Asked outside: within a transaction the server shows what it showed at first.
        await Waiting.Until(async () => await Count("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") > 0, "a write in flight", ClusterClient.WaitMax);
        var cut = await Count("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
        await transaction.RollbackAsync();
        return (int)cut;

        async Task<long> Count(string words)
        {
            await using var command = database.CreateCommand(words);
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    /// <summary>As a client does: the same guid again, until it is acknowledged.</summary>
    private static async Task Accepted(ClusterClient client, Func<Task<TaskState>> submit) => await client.Waits(
        async () =>
        {
            try
            {
                await submit();
                return true;
            }
            catch (Exception fault) when (fault is not RefusedException)
            {
                return false; // Nobody says what became of it.
            }
        },
        "a submit to be acknowledged");

    private async Task<ClusterClient> Ready(string name, int silos)
    {
        cluster = await LocalCluster.Up(name, Clusters.Program, silos);
        var client = await ClusterClient.Open((await cluster.Silos())[0].GatewayPort);
        await client.UntilActive(silos);
        await client.UntilUp([.. Enumerable.Range(1, silos).Select(each => $"cell-{each}")]);
        return client;
    }
}
