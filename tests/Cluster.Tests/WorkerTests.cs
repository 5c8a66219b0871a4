using System.Net;
using System.Net.Http.Json;
using Granary.Core.Apps;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using Granary.Testing;
using Xunit.Abstractions;

namespace Granary.Cluster.Tests;

/// <summary>Workers and tasks on three hosts while hosts are lost and silos are restarted, by the witness.</summary>
[Collection(ThreeHosts.Collection)]
public sealed class WorkerTests(ThreeHosts hosts, ITestOutputHelper output) : IDisposable
{
    /// <summary>What the slowest of ten losses may take on a quiet machine is measured by bench/run failover; this is for a busy one.</summary>
    private static readonly TimeSpan MovedMax = TimeSpan.FromSeconds(30);

    private readonly Witness witness = new();

    public void Dispose() => witness.Dispose();

    [Fact]
    [Trait("Length", "Long")]
    public async Task A_host_that_is_lost_with_six_of_nine_workers_has_them_up_elsewhere_and_the_others_are_untouched()
    {
        var silos = await hosts.Cluster.Silos();
        await using var client = await hosts.Ready(silos[0]);
        CellId[] staying = [new("cell-1"), new("cell-2")];
        foreach (var cell in staying)
        {
            await client.Granary.Drain(cell, TimeSpan.FromMinutes(1));
            await client.Waits(async () => (await client.Granary.FindCell(cell))!.State == "drained", $"the drain of {cell}");
        }

        var app = await Start(client, "nine", 6);
        foreach (var cell in staying)
        {
            await client.Granary.Uncordon(cell);
            await client.Waits(async () => (await client.Granary.FindCell(cell))! is { Takes: true, State: "up" }, $"{cell} takes");
        }

        await client.Granary.Scale(app, AppProcesses.Web, 9);
        var before = await Up(client, app, 9);
        Assert.Equal(6, before.Count(each => each.Cell?.Name == "cell-3"));
        await client.Waits(() => Task.FromResult(before.All(each => witness.Of(Guid(each)).Count == 1)), "a look at all");

        var since = witness.Now;
        await hosts.Cluster.KillHost("cell-3");
        await client.Waits(() => Task.FromResult(before.Take(6).All(each => witness.Of(Guid(each)).Count == 2)), "six runs elsewhere");
        var took = before.Take(6).Max(each => witness.Of(Guid(each))[1].First) - since;
        var after = await Up(client, app, 9);

        output.WriteLine($"nine were up again {took.TotalSeconds:0.0} s after the kill began");
        Assert.True(took < MovedMax, $"It took {took}.");
        Assert.Empty(witness.TwoAtOnce(before.Select(Guid)));
        Assert.All(after, each => Assert.Equal((each.Index < 6 ? 2 : 1, 0), (each.Attempt, each.Crashes)));
        Assert.All(after.Skip(6), each => Assert.Single(witness.Of(Guid(each))));
        await client.Granary.Stop(app);
        await hosts.Cluster.Up();
        await (await hosts.Ready(silos[0])).DisposeAsync();
    }

    [Fact]
    [Trait("Length", "Long")]
    public async Task Three_silos_restarted_one_after_the_other_under_load_restart_no_container_and_fail_no_submit_that_is_tried_twice()
    {
        var silos = await hosts.Cluster.Silos();
        await using var client = await hosts.Ready(silos[0]);
        var app = await Start(client, "rolled", 3);
        var workers = await Up(client, app, 3);
        var tasks = (await client.Granary.PushImage("rolled-tasks", SharedEngine.BusyboxImage)).Id;
        var lasting = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => client.Granary.Run(tasks, Clusters.Busybox("sleep 600", 16))));
        await Task.WhenAll(lasting.Select(each => client.Until(each, now => now.Phase == TaskPhase.Running, "runs")));
        using var ending = new CancellationTokenSource();
        var submits = Task.WhenAll(silos.Select((_, first) => Submit(silos, first, tasks.Value, ending.Token)));

        foreach (var silo in silos)
        {
            await hosts.Cluster.Restart(silo.Name);
            await (await hosts.Ready(silo)).DisposeAsync();
        }

        await ending.CancelAsync();
        var accepted = (await submits).SelectMany(each => each).ToArray();
        await using var again = await hosts.Ready(silos[0]);
        var ended = await Task.WhenAll(accepted.Select(each => again.Until(new TaskId(each.Task), now => now.IsFinished, "has ended")));

        output.WriteLine($"{accepted.Length} submits, {accepted.Count(each => each.WasTriedTwice)} of them tried twice");
        Assert.NotEmpty(accepted);
        // An order may be lost with a silo on its way to a cell: then the number is given up, and nothing had run.
        Assert.All(ended, each => Assert.True(each.Phase == TaskPhase.Succeeded && each.Counters.Losses == 0, ClusterClient.Story(each)));
        Assert.All(ended, each => Assert.True(witness.Of(each.Id.Value).Count <= 1, ClusterClient.Story(each)));
        Assert.All(lasting, each => Assert.Single(witness.Of(each.Id.Value)));
        Assert.All(workers, each => Assert.Single(witness.Of(Guid(each))));
        Assert.All(await Up(again, app, 3), each => Assert.Equal(1, each.Attempt));
        await Task.WhenAll(lasting.Select(each => again.Granary.Cancel(each.Id)));
        await again.Granary.Stop(app);
    }

    /// <summary>The guid that an instance's program knows.</summary>
    private static Guid Guid(InstanceState instance) => InstanceId.Of(instance.Process!.Value, instance.Index).Value;

    private static async Task<AppId> Start(ClusterClient client, string name, int count)
    {
        var app = (await client.Granary.PushImage(name, SharedEngine.BusyboxImage)).Id;
        await client.Granary.ChangeProcess(app, AppProcesses.Web, new ProcessChange(count, 16, 16, null, true, Programs.UntilTold));
        await client.Granary.Start(app);
        await Up(client, app, count);
        return app;
    }

    private static async Task<IReadOnlyList<InstanceState>> Up(ClusterClient client, AppId app, int count)
    {
        using var limit = new CancellationTokenSource(ClusterClient.WaitMax);
        var up = await client.Granary.WaitUp(app, limit.Token);
        Assert.Equal(count, up.Count);
        return up;
    }

    /// <summary>Submits one task after another, each through a silo and, if that is not there, once more through the next.</summary>
    private static async Task<List<(Guid Task, bool WasTriedTwice)>> Submit(IReadOnlyList<LocalSilo> silos, int first, Guid app, CancellationToken ended)
    {
        using var http = new HttpClient();
        var accepted = new List<(Guid Task, bool WasTriedTwice)>();
        while (!ended.IsCancellationRequested)
        {
            var task = System.Guid.NewGuid();
            var isTwice = await Answer(http, silos[first], app, task) != HttpStatusCode.Accepted;
            if (isTwice)
            {
                Assert.Equal(HttpStatusCode.Accepted, await Answer(http, silos[(first + 1) % silos.Count], app, task));
            }

            accepted.Add((task, isTwice));
            await Task.Delay(500, CancellationToken.None); // Not a wait for something: how often clients submit.
        }

        return accepted;
    }

    /// <summary>Null when nobody answered.</summary>
    private static async Task<HttpStatusCode?> Answer(HttpClient http, LocalSilo silo, Guid app, Guid task)
    {
        try
        {
            using var answer = await http.PostAsJsonAsync(new Uri(silo.Http, $"/v3/apps/{app}/tasks"), new { command = "true", memory_in_mb = 16, disk_in_mb = 16, granary = new { guid = task } });
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
