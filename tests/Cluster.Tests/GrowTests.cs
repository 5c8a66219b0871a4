using Granary.Core.Apps;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Testing;
using Xunit.Abstractions;

namespace Granary.Cluster.Tests;

/// <summary>A cluster that grows and shrinks under load, by the witness.</summary>
public sealed class GrowTests(ITestOutputHelper output)
{
    private const int TaskCount = 500;
    private const int WorkerCount = 6;

    /// <summary>Submits under way at once: as many tasks wait or run as a cell has room for, and some more.</summary>
    private const int InFlight = 12;

    private static readonly TimeSpan JoinMax = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan LoadMax = TimeSpan.FromMinutes(20);

    [Fact]
    [Trait("Length", "Long")]
    public async Task From_one_silo_to_three_to_one_nothing_is_lost_and_growing_restarts_nothing()
    {
        using var witness = new Witness();
        await using var cluster = await LocalCluster.Up("grow", Clusters.Program, silos: 1);
        var first = (await cluster.Silos())[0];
        await using var early = await ClusterClient.Open(first.GatewayPort);
        await early.UntilUp("cell-1");
        var workers = await Workers(early);
        var tasks = (await early.Granary.PushImage("tasks", SharedEngine.BusyboxImage)).Id;
        var gateway = first.GatewayPort;
        using var limit = new CancellationTokenSource(LoadMax);
        var load = Load(() => gateway, tasks, limit.Token);

        // It grows: the new cells take load, and what runs stays.
        var since = witness.Now;
        await cluster.Grow(3);
        var last = (await cluster.Silos())[2];
        await using var client = await ClusterClient.Open(last.GatewayPort);
        gateway = last.GatewayPort;
        await client.UntilUp("cell-1", "cell-2", "cell-3");
        var up = witness.Now;
        await client.Waits(async () => (await client.Granary.Cells()).All(each => each.Attempts > 0), "load on every cell");
        output.WriteLine($"three cells are up {(up - since).TotalSeconds:0.0} s after the order, and have load {(witness.Now - up).TotalSeconds:0.0} s later");
        Assert.True(witness.Now - up < JoinMax, $"It took {witness.Now - up} until the new cells had load.");
        Assert.All(await client.Granary.Instances(workers), each => Assert.True(each is { Attempt: 1, UpSince: not null }, $"{each.Index}: attempt {each.Attempt}"));

        // It shrinks: the first two cells let go, and their hosts end.
        foreach (var leaving in (await cluster.Silos()).SkipLast(1))
        {
            await client.Granary.Drain(new CellId(leaving.Cell), TimeSpan.FromMinutes(5));
            await client.Waits(async () => (await client.Granary.FindCell(new CellId(leaving.Cell)))!.Drain.Phase == DrainPhase.Drained, $"the end of the drain of {leaving.Cell}");
            Signal.Terminate.To(leaving.WardenPid!.Value);
            await client.Waits(() => Task.FromResult(HostProcess.Of(leaving.WardenPid.Value) is null), $"the end of the host of {leaving.Cell}");
        }

        var ended = await load;
        var guids = (await client.Granary.Instances(workers)).Select(each => InstanceId.Of(each.Process!.Value, each.Index).Value).ToArray();
        Assert.Equal(TaskCount, ended.Count);
        Assert.All(ended, each => Assert.True((each.Task.ExitCode, each.Task.Counters.Losses) == (each.Code, 0), ClusterClient.Story(each.Task)));
        Assert.All(ended, each => Assert.True(witness.Of(each.Task.Id.Value).Count == 1, ClusterClient.Story(each.Task)));
        Assert.All(await client.Granary.Instances(workers), each => Assert.True(each is { UpSince: not null, Cell.Name: "cell-3", Part: Part.None }, $"{each.Index}: {each.Phase} on {each.Cell}"));
        // Whoever moved was up in the new place before it stopped in the old one.
        Assert.All(guids, each => Assert.Equal(witness.Of(each).Count - 1, witness.TwoAtOnce([each]).Count));
        output.WriteLine($"workers ran {string.Join(", ", guids.Select(each => witness.Of(each).Count))} times; the longest time between two looks of the witness was {witness.LongestGap.TotalMilliseconds:0} ms");
    }

    /// <summary>An app with workers that are up.</summary>
    private static async Task<AppId> Workers(ClusterClient client)
    {
        var app = (await client.Granary.PushImage("workers", SharedEngine.BusyboxImage)).Id;
        await client.Granary.ChangeProcess(app, AppProcesses.Web, new ProcessChange(WorkerCount, 16, 16, null, true, Programs.UntilTold));
        await client.Granary.Start(app);
        using var limit = new CancellationTokenSource(ClusterClient.WaitMax);
        await client.Granary.WaitUp(app, limit.Token);
        return app;
    }

    /// <summary>Tasks with exit codes of their own, each submitted through whichever silo stays.</summary>
    private static async Task<IReadOnlyList<(TaskState Task, int Code)>> Load(Func<int> gateway, AppId app, CancellationToken cancellation)
    {
        var ended = new List<(TaskState Task, int Code)>();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(async _ =>
        {
            var port = 0;
            ClusterClient? client = null;
            while (Interlocked.Increment(ref next) is var number && number <= TaskCount)
            {
                if (port != gateway())
                {
                    await (client?.DisposeAsync() ?? ValueTask.CompletedTask);
                    client = await ClusterClient.Open(port = gateway());
                }

                var code = number % 100;
                var task = await client!.Granary.Run(app, new TaskSubmission { Command = $"sleep {1 + (number % 2)}; exit {code}", MemoryMb = 16, DiskMb = 16, Network = ContainerNetwork.None }, cancellation: cancellation);
                var end = await client.Granary.Wait(task.Id, cancellation);
                lock (ended)
                {
                    ended.Add((end, code));
                }
            }

            await (client?.DisposeAsync() ?? ValueTask.CompletedTask);
        }));
        return ended;
    }
}
