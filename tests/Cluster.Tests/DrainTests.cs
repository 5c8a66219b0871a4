using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Cluster.Tests;

/// <summary>Cells that leave and come while tasks run.</summary>
public sealed class DrainTests
{
    /// <summary>An orderly end of a host, so that its short drain has an end that a test can await.</summary>
    private const string ShortEnding = """{"Lease": {"ServingGrace": "00:02:00", "EndingDrain": "00:00:04"}, "Cells": {"StopGrace": "00:00:01"}}""";

    private const int WorkerCount = 6;

    private static readonly TimeSpan JoinMax = TimeSpan.FromSeconds(15);

    [Fact]
    [Trait("Length", "Long")]
    public async Task A_drain_under_load_restarts_no_task_within_its_deadline_has_workers_up_elsewhere_before_they_stop_and_a_new_cell_takes_load_within_seconds()
    {
        var config = await TestState.FolderFor("drain.json");
        await File.WriteAllTextAsync(config, ShortEnding);
        await using var cluster = await LocalCluster.Up("drain", Clusters.Program, silos: 2, options: ["--config", config]);
        var silos = await cluster.Silos();
        var leaving = await HomeOfPlacement(silos);
        var staying = silos.Single(each => each.Name != leaving.Name);
        var cell = new CellId(leaving.Cell);
        await using var client = await ClusterClient.Open(staying.GatewayPort);
        var app = (await client.Granary.PushImage("drain", SharedEngine.BusyboxImage)).Id;
        var workers = await Workers(client);
        using var witness = new Witness();
        var running = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.Granary.Run(app, Command(Clusters.Counting(60, 7)))));
        foreach (var task in running)
        {
            await client.Says(task, "line 3");
        }

        // Drained, it takes nothing; what comes goes to the other, and what runs ends by itself.
        var (_, waits) = await client.Granary.Drain(cell, TimeSpan.FromMinutes(1));
        await client.Waits(async () => (await client.Granary.FindCell(cell))!.State is "draining" or "drained", "the word of the cell");
        var came = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.Granary.Run(app, Command("exit 0"))));
        var ended = await Task.WhenAll(running.Select(client.End));
        var late = await Task.WhenAll(came.Select(client.End));

        Assert.Null(waits);
        Assert.All(ended, task => Assert.True((task.ExitCode, task.Attempt) == (7, 1), ClusterClient.Story(task)));
        Assert.Contains(ended, task => task.Story.Entries.Exists(each => each.Cell == cell.Name));
        Assert.All(late, task => Assert.True(task.Phase == TaskPhase.Succeeded && task.Story.Entries.TrueForAll(each => each.Cell != cell.Name), ClusterClient.Story(task)));
        await client.Waits(async () => (await client.Granary.FindCell(cell))!.Drain.Phase == DrainPhase.Drained, "the end of the drain");
        await AllWorkersWereUpElsewhereBeforeTheyStopped(client, witness, workers, cell);

        // It comes back and takes load.
        await client.Granary.Uncordon(cell);
        var again = await TakesLoad(client, app, cell);

        // Its warden is told to end: what is left there moves, uncounted, before the lease is gone.
        var moved = (await Task.WhenAll(again.Select(each => client.Granary.FindTask(each)))).Where(each => each!.Cell == cell).Select(each => each!).ToArray();
        Assert.NotEmpty(moved);
        Signal.Terminate.To(leaving.WardenPid!.Value);
        foreach (var task in moved)
        {
            var now = await client.Until(task, each => each.Attempt == 2 && each.Cell?.Name == staying.Cell, $"runs on {staying.Cell}");
            Assert.True((now.Counters.Losses, now.Counters.Moves) == (0, 1), ClusterClient.Story(now));
        }

        // The order of a host that ends is over when the host is back.
        await client.Waits(() => Task.FromResult(!Directory.Exists($"/proc/{leaving.WardenPid}")), "the end of the warden");
        // Placement, which knew the cell, went with the silo; what is known of its lease is left.
        Assert.False((await client.Granary.Cells()).Single(each => each.Id == cell).Takes);
        await cluster.Up();
        await client.Waits(async () => (await client.Granary.FindCell(cell))! is { Takes: true, State: "up" }, "the cell takes tasks again");
        await TakesLoad(client, app, cell);
    }

    /// <summary>An app with workers on both cells.</summary>
    private static async Task<AppId> Workers(ClusterClient client)
    {
        var app = (await client.Granary.PushImage("workers", SharedEngine.BusyboxImage)).Id;
        await client.Granary.ChangeProcess(app, AppProcesses.Web, new ProcessChange(WorkerCount, 32, 16, null, true, Programs.UntilTold));
        await client.Granary.Start(app);
        using var limit = new CancellationTokenSource(ClusterClient.WaitMax);
        var up = await client.Granary.WaitUp(app, limit.Token);
        Assert.Equal(2, up.Select(each => each.Cell).Distinct().Count());
        return app;
    }

    private static async Task AllWorkersWereUpElsewhereBeforeTheyStopped(ClusterClient client, Witness witness, AppId app, CellId left)
    {
        var all = await client.Granary.Instances(app);
        Assert.Equal(WorkerCount, all.Count);
        Assert.All(all, each => Assert.True(each is { UpSince: not null, Part: Part.None } && each.Cell != left, $"{each.Index} is {each.Phase} on {each.Cell}"));
        Assert.All(all, each => Assert.True(each.Counters == new AttemptCounters(), $"{each.Index}: {each.Counters}"));
        Assert.Contains(all, each => each.Attempt == 2);
        // An instance tells its program the guid of its index, whichever lane it is in.
        var guids = all.Select(each => InstanceId.Of(each.Process!.Value, each.Index).Value).ToArray();
        Assert.Equal(all.Count(each => each.Attempt == 2), witness.TwoAtOnce(guids).Count);
        Assert.All(witness.TwoAtOnce(guids), pair => Assert.Equal((1, 2), (pair.Earlier.Attempt, pair.Later.Attempt)));
        Assert.All(all.Where(each => each.Attempt == 1), each => Assert.Single(witness.Of(InstanceId.Of(each.Process!.Value, each.Index).Value)));
    }

    /// <summary>Without a network, which two engines of one machine cannot make at the same instant.</summary>
    private static TaskSubmission Command(string command) => Clusters.Busybox(command) with { Network = ContainerNetwork.None };

    /// <summary>The silo that knows all cells, once they are up.</summary>
    private static async Task<LocalSilo> HomeOfPlacement(IReadOnlyList<LocalSilo> silos)
    {
        await using var client = await ClusterClient.Open(silos[0].GatewayPort);
        await client.UntilActive(2);
        await client.UntilUp("cell-1", "cell-2");
        var port = await client.HomeOfPlacement();
        return silos.Single(each => each.SiloPort() == port);
    }

    /// <summary>Submits until the cell has taken some, which is soon; returns what was submitted.</summary>
    private static async Task<IReadOnlyList<TaskId>> TakesLoad(ClusterClient client, AppId app, CellId cell)
    {
        var submitted = new List<TaskId>();
        var took = await client.Waits(
            async () =>
            {
                submitted.Add((await client.Granary.Run(app, Command("sleep 600"))).Id);
                return (await client.Granary.Cells()).Single(each => each.Id == cell).Attempts > 0;
            },
            "load on the cell");
        Assert.True(took < JoinMax, $"It took {took}.");
        return submitted;
    }
}
