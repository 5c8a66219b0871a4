using System.IO.Compression;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Testing;
using Xunit.Abstractions;

namespace Granary.Cluster.Tests;

/// <summary>Three silos on one database, each with a cell of its own.</summary>
[Collection(ThreeHosts.Collection)]
public sealed class ThreeHostsTests(ThreeHosts hosts, ITestOutputHelper output)
{
    /// <summary>A loaded machine is slower than the 1.5 s and 5 s that a quiet one needs; Orleans' own settings take 6 s and 60 s.</summary>
    private static readonly TimeSpan KilledSeenMax = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan HungSeenMax = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Tasks_submitted_through_one_silo_run_on_all_cells_from_a_droplet_that_it_received()
    {
        var silos = await hosts.Cluster.Silos();
        await using var first = await Ready(silos[0]);
        using var zip = new MemoryStream();
        await ZipFile.CreateFromDirectoryAsync(Repository.PathOf("samples/training-app"), zip);
        zip.Position = 0;
        var app = await first.Granary.Push("training-app", zip);

        // Each takes more than a third of what there is, so that no cell gets two of the three.
        var room = (await first.Granary.Cells())[0].Total.MemoryMb;
        var tasks = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => first.Granary.Run(app.Id, new TaskSubmission { Command = "tasks/sample-task.sh; sleep 5", MemoryMb = room * 2 / 3, DiskMb = 64 })));
        var running = await Task.WhenAll(tasks.Select(each => first.Until(each, now => now.Phase != TaskPhase.Pending, "was placed")));
        var ended = await Task.WhenAll(tasks.Select(first.End));

        Assert.Equal(["cell-1", "cell-2", "cell-3"], running.Select(each => each.Cell!.Value.Name).Order());
        foreach (var task in ended)
        {
            Assert.True((task.Phase, task.Attempt) == (TaskPhase.Succeeded, 1), ClusterClient.Story(task));
            Assert.Contains("The sample task ran to its end.", await first.Log(task));
        }
    }

    [Fact]
    public async Task A_task_outlives_the_silo_that_hosts_its_grain()
    {
        var silos = await hosts.Cluster.Silos();
        await using var watch = await Ready(silos[0]);
        var app = await watch.Granary.PushImage("outlives", SharedEngine.BusyboxImage);
        var (task, home) = await RunningAwayFromItsGrain(watch, app, silos);
        var survivor = silos.First(each => each.Name != home.Name);
        await using var client = await ClusterClient.Open(survivor.GatewayPort);

        await hosts.Cluster.Kill(home.Name);
        var seen = await client.UntilDead(home.SiloPort());
        var back = TimeProvider.System.GetTimestamp();
        task = await client.End(task);
        var ended = TimeProvider.System.GetElapsedTime(back);
        await hosts.Cluster.Restart(home.Name);

        output.WriteLine($"killed silo seen dead in {seen.TotalSeconds:0.00} s, task ended {ended.TotalSeconds:0.00} s later\n{ClusterClient.Story(task)}");
        Assert.True((task.Phase, task.ExitCode, task.Attempt) == (TaskPhase.Failed, 7, 1), ClusterClient.Story(task));
        Assert.True(seen < KilledSeenMax, $"The killed silo was seen dead after {seen}.");
    }

    [Fact]
    public async Task A_silo_that_hangs_is_held_for_dead_and_ends_when_it_goes_on()
    {
        var silos = await hosts.Cluster.Silos();
        await using var client = await Ready(silos[1]);
        var hung = silos[2];

        await LocalCluster.Signal("STOP", hung.Pid!.Value);
        TimeSpan seen;
        try
        {
            seen = await client.UntilDead(hung.SiloPort());
        }
        finally
        {
            await LocalCluster.Signal("CONT", hung.Pid!.Value);
        }

        while ((await hosts.Cluster.Silo(hung.Name)).Pid is not null)
        {
            await Task.Delay(100); // A condition, asked for by a script.
        }

        await hosts.Cluster.Restart(hung.Name);
        output.WriteLine($"hung silo seen dead in {seen.TotalSeconds:0.00} s");
        Assert.True(seen < HungSeenMax, $"The hung silo was seen dead after {seen}.");
    }

    [Fact]
    public async Task A_host_is_killed_with_all_that_runs_on_it_and_up_starts_only_what_is_missing()
    {
        var before = await hosts.Cluster.Silos();
        await using var client = await Ready(before[0]);
        var app = await client.Granary.PushImage("host", SharedEngine.BusyboxImage);
        var task = await client.Granary.Run(app.Id, Clusters.Busybox($"echo ready; sleep {Mark}"));
        await client.Says(task, "ready");
        var cell = (await client.Granary.FindTask(task.Id))!.Cell!.Value.Name;
        Assert.True(IsRunning(Mark));

        await hosts.Cluster.KillHost(cell);
        var without = await hosts.Cluster.Silos();
        Assert.False(IsRunning(Mark));
        await hosts.Cluster.Up();
        var after = await hosts.Cluster.Silos();

        Assert.All(without, each => Assert.Equal(each.Cell == cell, each.Pid is null && each.EnginePid is null));
        Assert.All(before.Zip(after), each => Assert.Equal(each.First.Cell == cell, each.First.Pid != each.Second.Pid));
        Assert.Equal(before.Select(each => (each.Http, each.GatewayPort, each.Cell)), after.Select(each => (each.Http, each.GatewayPort, each.Cell)));
        Assert.All(after, each => Assert.True(each is { Pid: not null, EnginePid: not null }, each.ToString()));
        await using var again = await Ready(after[0]);
        await again.Granary.Cancel(task.Id);
        Assert.True((await again.End(task)).Phase == TaskPhase.Failed);
    }

    /// <summary>A number of seconds that no other program on the machine sleeps for.</summary>
    private static readonly string Mark = $"{86400 + Environment.ProcessId}";

    private static bool IsRunning(string mark) => Directory.EnumerateDirectories("/proc")
        .Where(each => int.TryParse(Path.GetFileName(each), out _))
        .Any(each => CommandLine(each) == $"sleep\0{mark}\0");

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return ""; // It ended meanwhile.
        }
    }

    /// <summary>A task that runs for some seconds on a cell whose silo is not the one of its grain, and that one's silo.</summary>
    private static async Task<(TaskState Task, LocalSilo Home)> RunningAwayFromItsGrain(ClusterClient client, AppState app, IReadOnlyList<LocalSilo> silos)
    {
        for (var tries = 0; tries < 10; tries++)
        {
            var task = await client.Granary.Run(app.Id, Clusters.Busybox("for i in $(seq 1 80); do echo line $i; sleep 0.1; done; exit 7"));
            task = await client.Until(task, each => each.Phase == TaskPhase.Running, "runs");
            var port = await client.HomeOf(task);
            var home = silos.Single(each => each.SiloPort() == port);
            if (home.Cell != task.Cell!.Value.Name)
            {
                return (task, home);
            }
        }

        throw new InvalidOperationException("Ten tasks ran each on the cell of their grain's silo.");
    }

    private static async Task<ClusterClient> Ready(LocalSilo silo)
    {
        var client = await ClusterClient.Open(silo.GatewayPort);
        await client.UntilActive(3);
        await client.UntilUp("cell-1", "cell-2", "cell-3");
        return client;
    }
}
