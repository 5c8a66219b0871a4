using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Testing;
using Xunit.Abstractions;
using TaskState = Granary.Core.Tasks.TaskState;

namespace Granary.Cluster.Tests;

/// <summary>What dies on a host decides whether its attempts go on or move. A witness that asks only the kernel tells what ran.</summary>
[Collection(ThreeHosts.Collection)]
public sealed class LossTests(ThreeHosts hosts, ITestOutputHelper output) : IDisposable
{
    /// <summary>What a warden waits before it calls a silo hung, and some for a busy machine.</summary>
    private static readonly TimeSpan HungKilledMax = TimeSpan.FromSeconds(8);

    /// <summary>A lease lapses after 4 s; a machine that runs suites needs longer for all else than a quiet one.</summary>
    private static readonly TimeSpan MovedMax = TimeSpan.FromSeconds(30);

    private readonly Witness witness = new();

    public void Dispose() => witness.Dispose();

    [Fact]
    public async Task A_host_that_is_lost_has_its_attempts_run_elsewhere_and_up_starts_only_what_is_missing()
    {
        var before = await hosts.Cluster.Silos();
        var (client, app) = await Begin("lost");
        await using var connection = client;
        var tasks = await client.Running(app, 6);
        var lost = tasks.GroupBy(each => each.Cell!.Value).MaxBy(each => each.Count())!;
        var home = await client.SiloOf(hosts.Cluster, lost.Key.Name);
        await using var survivor = await ClusterClient.Open(before.First(each => each.Cell != lost.Key.Name).GatewayPort);

        var since = witness.Now;
        await hosts.Cluster.KillHost(home.Cell);
        var without = await hosts.Cluster.Silos();
        var moved = await Task.WhenAll(lost.Select(each => survivor.Until(each, now => now is { Attempt: 2, Phase: TaskPhase.Running }, "runs elsewhere")));
        await Task.WhenAll(moved.Select(each => survivor.Seen(witness, each)));
        var took = moved.Select(each => witness.Of(each.Id.Value).Single(seen => seen.Attempt == 2).First - since).Max();
        Assert.DoesNotContain(await survivor.Granary.Cells(), each => each.Id == lost.Key && each.State == "up");
        var others = await Task.WhenAll(tasks.Except(lost).Select(each => survivor.Granary.FindTask(each.Id)));

        output.WriteLine($"{moved.Length} attempts ran elsewhere {took.TotalSeconds:0.0} s after the kill began\n{ClusterClient.Story(moved[0])}");
        Assert.True(took < MovedMax, $"It took {took}.");
        Assert.All(moved, each => Assert.Contains(each.Story.Entries, entry => entry.Text.Contains($"the lease of {home.Cell} lapsed", StringComparison.Ordinal)));
        Assert.All(others, each => Assert.True(each is { Attempt: 1, Phase: TaskPhase.Running }, ClusterClient.Story(each)));
        await End(survivor, tasks);
        await hosts.Cluster.Up();
        var after = await hosts.Cluster.Silos();

        Assert.All(without, each => Assert.Equal(each.Cell == home.Cell, each is { Pid: null, EnginePid: null, WardenPid: null }));
        Assert.All(before.Zip(after), each => Assert.Equal(each.First.Cell == home.Cell, each.First.Pid != each.Second.Pid));
        Assert.Equal(before.Select(each => (each.Http, each.GatewayPort, each.Cell)), after.Select(each => (each.Http, each.GatewayPort, each.Cell)));
        Assert.All(after, each => Assert.True(each is { Pid: not null, EnginePid: not null }, each.ToString()));
        await (await hosts.Ready(after[0])).DisposeAsync();
    }

    /// <summary>One after another under the same tasks: the warden is killed, a silo is killed, a silo hangs.</summary>
    [Fact]
    public async Task A_control_plane_that_dies_comes_back_and_restarts_nothing()
    {
        var (client, app) = await Begin("control");
        await using var connection = client;
        var tasks = await client.Running(app, 3);
        var home = await client.SiloOf(hosts.Cluster, tasks.Select(each => each.Cell!.Value.Name).First(each => each != "cell-1"));

        Signal.Kill.To(home.WardenPid!.Value);
        await client.Waits(async () => (await hosts.Cluster.Silo(home.Name)).WardenPid is { } pid && pid != home.WardenPid, $"another warden of {home.Cell}");
        var next = await client.End(await client.Granary.Run(app.Id, Clusters.Busybox("true")));
        Assert.True(next.Phase == TaskPhase.Succeeded, ClusterClient.Story(next));
        Assert.Equal(home.Pid, (await hosts.Cluster.Silo(home.Name)).Pid);

        Signal.Kill.To(home.Pid!.Value);
        var killed = await Back(client, home);

        var address = await client.Newest(home.SiloPort());
        var since = TimeProvider.System.GetTimestamp();
        Signal.Stop.To(killed.Pid!.Value);
        var dead = client.UntilDead(address);
        await client.Waits(() => Task.FromResult(HostProcess.Of(killed.Pid.Value) is not { IsAlive: true }), $"the end of {home.Name}");
        var hung = TimeProvider.System.GetElapsedTime(since);
        await Back(client, killed);
        output.WriteLine($"the hung silo was seen dead after {(await dead).TotalSeconds:0.0} s and killed after {hung.TotalSeconds:0.0} s");

        Assert.True(await dead < MembershipTests.HungSeenMax, $"It was seen dead after {await dead}.");
        Assert.True(hung < HungKilledMax, $"It was killed after {hung}.");
        await Unmoved(client, tasks);
    }

    private async Task<(ClusterClient Client, AppState App)> Begin(string name)
    {
        var client = await hosts.Ready((await hosts.Cluster.Silos())[0]);
        return (client, await client.Granary.PushImage(name, SharedEngine.BusyboxImage));
    }

    /// <summary>Another process of this silo serves its cell.</summary>
    private async Task<LocalSilo> Back(ClusterClient client, LocalSilo silo)
    {
        LocalSilo? next = null;
        await client.Waits(async () => (next = await hosts.Cluster.Silo(silo.Name)).Pid is { } pid && pid != silo.Pid, $"another process of {silo.Name}");
        await (await hosts.Ready(silo)).DisposeAsync();
        return next!;
    }

    /// <summary>Each of these runs yet in the container that it had, and its log goes on without a gap.</summary>
    private async Task Unmoved(ClusterClient client, TaskState[] tasks)
    {
        var at = witness.Now;
        foreach (var task in tasks)
        {
            var now = await client.Granary.FindTask(task.Id);
            Assert.True(now is { Attempt: 1, Phase: TaskPhase.Running }, ClusterClient.Story(now));
            await client.Waits(() => Task.FromResult(witness.Of(task.Id.Value)[^1].Last > at), $"a look at {task.Id}");
            Assert.Single(witness.Of(task.Id.Value));
            var lines = (await client.Log(task)).Length;
            await client.Says(task, $"line {lines + 10}");
            var log = await client.Log(task);
            Assert.Equal(Enumerable.Range(1, log.Length).Select(each => $"line {each}"), log);
        }

        await End(client, tasks);
    }

    private async Task End(ClusterClient client, TaskState[] tasks)
    {
        await Task.WhenAll(tasks.Select(each => client.Granary.Cancel(each.Id)));
        await Task.WhenAll(tasks.Select(client.End));
        Assert.Empty(witness.TwoAtOnce(tasks.Select(each => each.Id.Value)));
    }
}
