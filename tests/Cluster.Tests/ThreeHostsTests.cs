using System.IO.Compression;
using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Cluster.Tests;

/// <summary>Three silos on one database, each with a cell of its own.</summary>
[Collection(ThreeHosts.Collection)]
public sealed class ThreeHostsTests(ThreeHosts hosts)
{
    [Fact]
    public async Task Tasks_submitted_through_one_silo_run_on_all_cells_from_a_droplet_that_it_received()
    {
        var silos = await hosts.Cluster.Silos();
        await using var first = await hosts.Ready(silos[0]);
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
    public async Task A_host_is_killed_with_all_that_runs_on_it_and_up_starts_only_what_is_missing()
    {
        var before = await hosts.Cluster.Silos();
        await using var client = await hosts.Ready(before[0]);
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
        await using var again = await hosts.Ready(after[0]);
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
}
