using Granary.Core.Tasks;
using Granary.Testing;
using Xunit.Abstractions;
using TaskState = Granary.Core.Tasks.TaskState;

namespace Granary.Cluster.Tests;

/// <summary>Three hosts with networks of their own, which are cut in every shape that matters. The witness says what ran when.</summary>
public sealed class CutNetworkTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Rounds = 20;

    /// <summary>A lapse and what follows it, on a busy machine.</summary>
    private static readonly TimeSpan MovedMax = TimeSpan.FromSeconds(40);

    /// <summary>After SIGCONT a warden kills what outlived its lease.</summary>
    private static readonly TimeSpan DeadMax = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Stopped = TimeSpan.FromSeconds(60);

    private readonly Witness witness = new();
    private LocalCluster? cluster;

    private LocalCluster Cluster => cluster!;

    public async Task InitializeAsync() => cluster = await LocalCluster.Up("cut", Clusters.Program, silos: 3, networks: true);

    public async Task DisposeAsync()
    {
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }

        witness.Dispose();
    }

    /// <summary>Often, because what races here is the killing with the starting elsewhere.</summary>
    [Fact]
    [Trait("Length", "Long")]
    public async Task A_cell_that_is_cut_off_has_killed_its_attempts_before_the_new_ones_start_each_time()
    {
        await using var client = await Ready();
        var app = await client.Granary.PushImage("cut", SharedEngine.BusyboxImage);
        for (var round = 1; round <= Rounds; round++)
        {
            var cell = round % 2 == 0 ? "cell-2" : "cell-3"; // The first is the one that is asked.
            var tasks = await client.Running(app, 6);
            var lost = tasks.Where(each => each.Cell!.Value.Name == cell).ToArray();
            Assert.NotEmpty(lost);

            var warden = await WardenOf(cell);
            var since = witness.Now;
            await Cluster.Cut(cell);
            await Moved(client, lost, since);
            await Cluster.Heal();
            await client.UntilUp("cell-1", "cell-2", "cell-3");

            await End(client, tasks);
            await NotUnconfirmed(client, lost);
            Assert.Equal(warden, await WardenOf(cell)); // While nothing answers it does not fall silent itself.
            var (gone, there) = (lost.Max(each => witness.Of(each.Id.Value)[0].Last) - since, lost.Min(each => witness.Of(each.Id.Value)[1].First) - since);
            output.WriteLine($"round {round}: {lost.Length} old attempts gone after {gone.TotalSeconds:0.00} s, the first new one there after {there.TotalSeconds:0.00} s");
            Assert.True(gone < there, $"Round {round}: the last old attempt was gone after {gone}, the first new one there after {there}.");
        }
    }

    /// <summary>{A, B | C + database}: whoever has the database goes on, and the others stop.</summary>
    [Fact]
    [Trait("Length", "Long")]
    public async Task Two_cells_on_the_side_without_the_database_stop_and_the_third_runs_all()
    {
        await using var client = await Ready();
        var app = await client.Granary.PushImage("side", SharedEngine.BusyboxImage);
        var tasks = await client.Running(app, 6);
        var lost = tasks.Where(each => each.Cell!.Value.Name != "cell-1").ToArray();
        Assert.NotEmpty(lost);

        var since = witness.Now;
        await Task.WhenAll(Cluster.Cut("cell-2", "database", "cell-1"), Cluster.Cut("cell-3", "database", "cell-1"));
        await Moved(client, lost, since);
        await Cluster.Heal();
        await client.UntilUp("cell-1", "cell-2", "cell-3");

        await End(client, tasks);
        await NotUnconfirmed(client, lost);
    }

    /// <summary>Nobody reaches the database, and the cells reach each other: all hold.</summary>
    [Fact]
    [Trait("Length", "Long")]
    public async Task Nothing_restarts_while_nobody_reaches_the_database()
    {
        await using var client = await Ready();
        var app = await client.Granary.PushImage("hold", SharedEngine.BusyboxImage);
        var tasks = await client.Running(app, 6);

        await Task.WhenAll(new[] { "cell-1", "cell-2", "cell-3" }.Select(each => Cluster.Cut(each, "database")));
        await Task.Delay(TimeSpan.FromSeconds(30)); // The time is what is asked for.
        await Cluster.Heal();
        await client.UntilUp("cell-1", "cell-2", "cell-3");
        var at = witness.Now;

        foreach (var task in tasks)
        {
            var now = await client.Until(task, each => each.Phase == TaskPhase.Running, "runs");
            Assert.True(now.Attempt == 1, ClusterClient.Story(now));
            await client.Waits(() => Task.FromResult(Assert.Single(witness.Of(task.Id.Value)).Last > at), $"a look at {task.Id}");
        }

        await End(client, tasks);
    }

    /// <summary>The exception that the documents name: nobody is there to kill. The story says so afterwards, and the outcome is the new attempt's.</summary>
    [Fact]
    [Trait("Length", "Long")]
    public async Task A_silo_and_its_warden_that_slept_find_their_attempts_moved_and_kill_them_at_once()
    {
        await using var client = await Ready();
        var app = await client.Granary.PushImage("slept", SharedEngine.BusyboxImage);
        var tasks = await client.Running(app, 6);
        var lost = tasks.Where(each => each.Cell!.Value.Name == "cell-3").ToArray();
        Assert.NotEmpty(lost);
        var host = (await Cluster.Silos()).Single(each => each.Cell == "cell-3");

        var since = witness.Now;
        Signal.Stop.To(host.WardenPid!.Value);
        Signal.Stop.To(host.Pid!.Value);
        await Moved(client, lost, since);
        await client.Waits(() => Task.FromResult(witness.Now - since > Stopped), "the end of the sleep");
        Assert.All(lost, each => Assert.True(witness.Of(each.Id.Value)[0].Last > witness.Now - TimeSpan.FromSeconds(1)));
        var woken = witness.Now;
        Signal.Continue.To(host.WardenPid!.Value);
        Signal.Continue.To(host.Pid!.Value);
        await client.Waits(() => Task.FromResult(lost.All(each => witness.Of(each.Id.Value)[0].Last < witness.Now - TimeSpan.FromSeconds(1))), "the end of the old attempts");
        var told = await Task.WhenAll(lost.Select(each => client.Until(each, now => now.Story.Entries.Exists(entry => entry.Text.StartsWith("unconfirmed", StringComparison.Ordinal)), "says unconfirmed")));

        var dead = lost.Max(each => witness.Of(each.Id.Value)[0].Last) - woken;
        output.WriteLine($"the old attempts were gone {dead.TotalSeconds:0.00} s after SIGCONT\n{ClusterClient.Story(told[0])}");
        Assert.True(dead < DeadMax, $"They were gone after {dead}.");
        Assert.All(told, each => Assert.True(each.Phase == TaskPhase.Running, ClusterClient.Story(each)));
        await Cancel(client, tasks);
    }

    /// <summary>A connection to the first silo, when all cells take tasks.</summary>
    private async Task<ClusterClient> Ready()
    {
        var first = (await Cluster.Silos())[0];
        var client = await ClusterClient.Open(first.GatewayPort, first.Address);
        await client.UntilUp("cell-1", "cell-2", "cell-3");
        return client;
    }

    /// <summary>A later attempt of each runs elsewhere.</summary>
    private async Task Moved(ClusterClient client, TaskState[] lost, TimeSpan since)
    {
        // An order may be lost on its way over a connection that was cut: then it is the attempt after the next that runs.
        var moved = await Task.WhenAll(lost.Select(each => client.Until(
            each,
            now => now.Phase == TaskPhase.Running && now.Attempt > each.Attempt && witness.Of(now.Id.Value).Any(seen => seen.Attempt == now.Attempt),
            "runs elsewhere, and its process was seen")));
        output.WriteLine($"{moved.Length} attempts ran elsewhere {(witness.Now - since).TotalSeconds:0.0} s after the cut began\n{ClusterClient.Story(moved[0])}");
        Assert.True(witness.Now - since < MovedMax, $"It took {witness.Now - since}.");
    }

    private async Task<int?> WardenOf(string cell) => (await Cluster.Silos()).Single(each => each.Cell == cell).WardenPid;

    private static async Task NotUnconfirmed(ClusterClient client, TaskState[] tasks)
    {
        foreach (var task in tasks)
        {
            var now = await client.Granary.FindTask(task.Id);
            Assert.False(now!.Story.Entries.Exists(each => each.Text.Contains("unconfirmed", StringComparison.Ordinal)), ClusterClient.Story(now));
        }
    }

    private async Task End(ClusterClient client, TaskState[] tasks)
    {
        await Cancel(client, tasks);
        Assert.Empty(witness.TwoAtOnce(tasks.Select(each => each.Id.Value)));
    }

    private static async Task Cancel(ClusterClient client, TaskState[] tasks)
    {
        await Task.WhenAll(tasks.Select(each => client.Granary.Cancel(each.Id)));
        await Task.WhenAll(tasks.Select(client.End));
    }
}
