using Docker.DotNet.Models;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Testing;
using Xunit.Abstractions;
using TaskState = Granary.Core.Tasks.TaskState;

namespace Granary.Cluster.Tests;

/// <summary>A grain of a dead silo sleeps until it is called. Nothing waits for a client to call it.</summary>
[Collection(ThreeHosts.Collection)]
public sealed class WakingTests(ThreeHosts hosts, ITestOutputHelper output)
{
    private const string ExitWhenTold = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done";

    /// <summary>Longer than it takes to kill a silo, and not longer than a test should take.</summary>
    private const int DeadlineSeconds = 12;

    /// <summary>Grains are spread over three silos.</summary>
    private const int TriesMax = 50;

    [Fact]
    [Trait("Length", "Long")]
    public async Task Tasks_whose_grains_died_with_their_silo_go_on_without_being_asked()
    {
        var silos = await hosts.Cluster.Silos();
        await using var watch = await hosts.Ready(silos[0]);
        var dying = await HomeOfPlacement(watch, silos);
        await using var client = await ClusterClient.Open(silos.First(each => each != dying).GatewayPort);
        await using var doomed = await ClusterClient.Open(dying.GatewayPort); // New grains like to live where they are called.
        var app = await client.Granary.PushImage("waking", SharedEngine.BusyboxImage);
        var told = await OfGrainOn(doomed, app, dying, Clusters.Busybox(ExitWhenTold));
        await client.Says(told, "ready");
        var large = (await client.Granary.Cells())[0].Total.MemoryMb * 2 / 3;
        var fillers = await Task.WhenAll(silos.Select(_ => client.Granary.Run(app.Id, Clusters.Busybox("sleep 600", large))));
        fillers = await Task.WhenAll(fillers.Select(each => client.Until(each, now => now.Phase == TaskPhase.Running, "runs")));
        var waiting = await OfGrainOn(doomed, app, dying, Clusters.Busybox("exit 5", large));
        var overdue = await OfGrainOn(doomed, app, dying, Clusters.Busybox("sleep 600") with { DeadlineSeconds = DeadlineSeconds });

        var address = await client.Newest(dying.SiloPort());
        await hosts.Cluster.Kill(dying.Name);
        var seen = await client.UntilDead(address);
        var atDeath = await client.UntilRow(overdue, _ => true, "is there");
        await Tell(silos.Single(each => each.Cell == told.Cell!.Value.Name).Engine, told);
        var freed = fillers.First(each => each.Cell!.Value.Name != dying.Cell);
        await client.Granary.Cancel(freed.Id);
        told = await client.UntilRow(told, each => each.IsFinished, "has ended");
        waiting = await client.UntilRow(waiting, each => each.IsFinished, "has ended");
        overdue = await client.UntilRow(overdue, each => each.IsFinished, "has ended");
        await hosts.Cluster.Restart(dying.Name);
        await Task.WhenAll(fillers.Where(each => each != freed).Select(each => client.Granary.Cancel(each.Id)));
        await Task.WhenAll(fillers.Select(client.End));

        output.WriteLine($"killed silo seen dead in {seen.TotalSeconds:0.00} s\n{string.Join('\n', new[] { told, waiting, overdue }.Select(ClusterClient.Story))}");
        Assert.True(seen < MembershipTests.KilledSeenMax, $"The killed silo was seen dead after {seen}.");
        Assert.True(atDeath.Phase == TaskPhase.Running, ClusterClient.Story(atDeath));
        Assert.True((told.Phase, told.ExitCode, told.Attempt) == (TaskPhase.Failed, 7, 1), ClusterClient.Story(told));
        Assert.True((waiting.Phase, waiting.ExitCode) == (TaskPhase.Failed, 5), ClusterClient.Story(waiting));
        Assert.True(overdue.Phase == TaskPhase.Failed && overdue.FailureReason!.Contains("deadline", StringComparison.Ordinal), ClusterClient.Story(overdue));
    }

    private static async Task<LocalSilo> HomeOfPlacement(ClusterClient client, IReadOnlyList<LocalSilo> silos)
    {
        var port = await client.HomeOfPlacement();
        return silos.Single(each => each.SiloPort() == port);
    }

    /// <summary>A task whose grain lives on this silo and whose cell, if it has one, is another's.</summary>
    private static async Task<TaskState> OfGrainOn(ClusterClient client, AppState app, LocalSilo home, TaskSubmission submission)
    {
        var isSmall = submission.MemoryMb < 1000;
        var others = new List<TaskState>();
        TaskState? found = null;
        while (found is null)
        {
            Assert.True(others.Count < TriesMax, $"Of {TriesMax} tasks none had its grain on {home.Name} and ran elsewhere.");
            var task = await client.Granary.Run(app.Id, submission);
            if (isSmall)
            {
                task = await client.Until(task, each => each.Phase == TaskPhase.Running, "runs");
            }

            if (await client.HomeOf(task) == home.SiloPort() && task.Cell?.Name != home.Cell)
            {
                found = task;
            }
            else
            {
                others.Add(task); // It stays for now, so that the next one is placed where more room is.
            }
        }

        await Task.WhenAll(others.Select(each => client.Granary.Cancel(each.Id)));
        return found;
    }

    /// <summary>SIGTERM to the task's process, past Granary.</summary>
    private static async Task Tell(string engine, TaskState task)
    {
        using var docker = Clusters.Docker(engine);
        await docker.Containers.KillContainerAsync(Assert.Single(await Clusters.ContainersOf(engine, task)), new ContainerKillParameters { Signal = "SIGTERM" });
    }
}
