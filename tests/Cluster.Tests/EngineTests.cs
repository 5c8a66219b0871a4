using Granary.Core.Attempts;
using Granary.Core.Tasks;
using Granary.Testing;
using Xunit.Abstractions;
using TaskState = Granary.Core.Tasks.TaskState;

namespace Granary.Cluster.Tests;

/// <summary>The engine of a cell dies, and its host lives. A witness that asks only the kernel tells what ran.</summary>
public sealed class EngineTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Doomed = "cell-2";

    /// <summary>A clean-up of the engine's own ends it with 3, which is never taken for its own end.</summary>
    private const string Counts = "trap 'exit 3' TERM; i=0; while [ $i -lt 6000 ]; do i=$((i+1)); echo line $i; sleep 0.1; done";

    /// <summary>The serving grace, and less for what had passed of it before the engine was seen to be gone.</summary>
    private static readonly TimeSpan GraceMin = TimeSpan.FromSeconds(25);

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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Length", "Long")]
    public async Task Containers_of_an_engine_that_stays_away_live_through_the_grace_and_then_the_warden_stops_them_and_they_move(bool liveRestore)
    {
        await using var client = await Ready(liveRestore);
        var (tasks, doomed) = await Running(client);

        var since = witness.Now;
        await Cluster.KillEngine(Doomed);
        var moved = await Task.WhenAll(doomed.Select(each => client.Until(each, now => now is { Attempt: 2, Phase: TaskPhase.Running }, "runs elsewhere")));
        await Task.WhenAll(moved.Select(each => client.Seen(witness, each)));
        var others = await Task.WhenAll(tasks.Except(doomed).Select(each => client.Granary.FindTask(each.Id)));

        Assert.Null((await Cluster.Silos()).Single(each => each.Cell == Doomed).EnginePid);
        foreach (var task in moved)
        {
            var (first, second) = (witness.Of(task.Id.Value)[0], witness.Of(task.Id.Value)[1]);
            output.WriteLine($"the old attempt was gone {(first.Last - since).TotalSeconds:0.0} s after the kill of its engine, the new one was there after {(second.First - since).TotalSeconds:0.0} s");
            Assert.True(first.Last - since > GraceMin, $"It was gone after {first.Last - since}.");
            Assert.True(second.First > first.Last, ClusterClient.Story(task));
            Assert.Contains(task.Story.Entries, each => each.Text.Contains($"the lease of {Doomed} was revoked", StringComparison.Ordinal));
        }

        Assert.All(others, each => Assert.True(each is { Attempt: 1, Phase: TaskPhase.Running }, ClusterClient.Story(each)));
        await Cluster.StartEngine(Doomed);
        await client.UntilUp("cell-1", Doomed);
        await End(client, tasks);
        await NothingIsLeft(client);
    }

    [Fact]
    [Trait("Length", "Long")]
    public async Task An_engine_with_live_restore_that_is_killed_and_started_at_once_restarts_nothing()
    {
        await using var client = await Ready(liveRestore: true);
        var (tasks, doomed) = await Running(client);
        var app = tasks[0].App;
        var ending = await client.Granary.Run(app, Clusters.Busybox("echo line 5; sleep 20; exit 7", memoryMb: 16));
        await client.Says(ending, "line 5");

        await Cluster.KillEngine(Doomed);
        await Cluster.StartEngine(Doomed);
        await client.UntilUp("cell-1", Doomed);
        var at = witness.Now;
        ending = await client.End(ending);

        Assert.True((ending.ExitCode, ending.Attempt) == (7, 1), ClusterClient.Story(ending));
        foreach (var task in doomed)
        {
            var now = await client.Granary.FindTask(task.Id);
            Assert.True(now is { Attempt: 1, Phase: TaskPhase.Running }, ClusterClient.Story(now));
            await client.Waits(() => Task.FromResult(Assert.Single(witness.Of(task.Id.Value)).Last > at), $"a look at {task.Id}");
        }

        await End(client, tasks);
        await NothingIsLeft(client);
    }

    /// <summary>What the starting engine ends is lost, whatever code it ends with.</summary>
    [Fact]
    [Trait("Length", "Long")]
    public async Task What_an_engine_ends_when_it_is_killed_and_started_at_once_runs_anew()
    {
        await using var client = await Ready(liveRestore: false);
        var (tasks, doomed) = await Running(client);

        await Cluster.KillEngine(Doomed);
        await Cluster.StartEngine(Doomed);
        var moved = await Task.WhenAll(doomed.Select(each => client.Until(each, now => now is { Attempt: 2, Phase: TaskPhase.Running }, "runs anew")));
        await Task.WhenAll(moved.Select(each => client.Seen(witness, each)));
        await client.UntilUp("cell-1", Doomed);

        Assert.All(moved, each => Assert.Equal(1, each.Counters.Losses));
        await End(client, tasks);
        await NothingIsLeft(client);
    }

    /// <summary>The tasks ask not to be moved: the test image is in no registry, so none may be placed there before it is back.</summary>
    [Fact]
    [Trait("Length", "Long")]
    public async Task An_engine_that_comes_back_without_its_data_has_lost_its_attempts_and_serves_again()
    {
        await using var client = await Ready(liveRestore: false);
        var (tasks, doomed) = await Running(client, OnCellLoss.Fail);
        var folder = Path.Combine(Cluster.Folder, "engine-2");

        await Script.Run("deploy/engine/private-engine", "kill", folder);
        await Mounts.Take(folder);
        Directory.Delete(Path.Combine(folder, "data"), recursive: true);
        await Cluster.StartEngine(Doomed);
        var lost = await Task.WhenAll(doomed.Select(client.End));
        await Script.Run("deploy/stack-image/build-busybox", (await Cluster.Silos()).Single(each => each.Cell == Doomed).Engine);
        await client.UntilUp("cell-1", Doomed);

        Assert.All(lost, each => Assert.True(each.ExitCode is null && each.FailureReason!.StartsWith($"{Doomed} was lost", StringComparison.Ordinal), ClusterClient.Story(each)));
        await End(client, [.. tasks.Except(doomed)]);
        var (more, there) = await Running(client);
        Assert.NotEmpty(there);
        await End(client, more);
        await NothingIsLeft(client);
    }

    private async Task<ClusterClient> Ready(bool liveRestore)
    {
        cluster = await LocalCluster.Up(liveRestore ? "restore" : "engines", Clusters.Program, silos: 2, liveRestore: liveRestore);
        var client = await ClusterClient.Open((await cluster.Silos())[0].GatewayPort);
        await client.UntilActive(2);
        await client.UntilUp("cell-1", Doomed);
        return client;
    }

    /// <summary>Tasks that run, and those of them that run on the cell whose engine dies.</summary>
    private static async Task<(TaskState[] All, TaskState[] Doomed)> Running(ClusterClient client, OnCellLoss onCellLoss = OnCellLoss.Move)
    {
        var app = await client.Granary.PushImage("engines", SharedEngine.BusyboxImage);
        var tasks = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => client.Granary.Run(app.Id, Clusters.Busybox(Counts, memoryMb: 16) with { OnCellLoss = onCellLoss })));
        await Task.WhenAll(tasks.Select(each => client.Says(each, "line 5")));
        tasks = await Task.WhenAll(tasks.Select(each => client.Until(each, now => now.Phase == TaskPhase.Running, "runs")));
        TaskState[] doomed = [.. tasks.Where(each => each.Cell!.Value.Name == Doomed)];
        Assert.NotEmpty(doomed);
        return (tasks, doomed);
    }

    private async Task End(ClusterClient client, TaskState[] tasks)
    {
        await Task.WhenAll(tasks.Select(each => client.Granary.Cancel(each.Id)));
        var ended = await Task.WhenAll(tasks.Select(client.End));
        Assert.All(ended, each => Assert.True(each.FailureReason == TaskMachine.Cancelled && !ClusterClient.Story(each).Contains("unconfirmed", StringComparison.Ordinal), ClusterClient.Story(each)));
        Assert.Empty(witness.TwoAtOnce(tasks.Select(each => each.Id.Value)));
    }

    private async Task NothingIsLeft(ClusterClient client)
    {
        foreach (var engine in (await Cluster.Silos()).Select(each => each.Engine))
        {
            using var docker = Clusters.Docker(engine);
            await client.Waits(async () => (await docker.Containers.ListContainersAsync(new() { All = true })).Count == 0, $"{engine} to be without containers");
        }
    }
}
