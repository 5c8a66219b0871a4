using Granary.Core.Tasks;
using Granary.Testing;
using Xunit.Abstractions;

namespace Granary.Cluster.Tests;

/// <summary>Two silos are candidates for one cell. They probe each other so seldom that only what the next server tells makes the death of the last one known, and keep more of a log than any of it writes.</summary>
public sealed class SharedEngineTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Settings = """{"Cluster": {"ProbeTimeout": "00:01:00"}, "Logs": {"AppBytesMax": 1073741824}}""";

    /// <summary>Much less than one probe takes.</summary>
    private static readonly TimeSpan SeenMax = TimeSpan.FromSeconds(20);

    private LocalCluster? cluster;

    private LocalCluster Cluster => cluster!;

    public async Task InitializeAsync()
    {
        var config = await TestState.FolderFor("shared.json");
        await File.WriteAllTextAsync(config, Settings);
        cluster = await LocalCluster.Up("shared", Clusters.Program, silos: 2, sharedEngine: true, options: ["--config", config]);
    }

    public async Task DisposeAsync()
    {
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }
    }

    [Fact]
    public Task The_other_candidate_takes_a_cell_over_without_a_restart_or_a_gap_and_tells_the_cluster() => TakeOver((100, 7), (20, 5));

    [Fact]
    [Trait("Length", "Long")]
    public Task Twenty_tasks_are_taken_over() => TakeOver([.. Enumerable.Range(0, 20).Select(each => (20 + 20 * each, each))]);

    [Fact]
    [Trait("Length", "Long")]
    public async Task A_task_that_has_written_60_MB_and_counts_a_thousand_lines_a_second_is_taken_over_without_a_gap()
    {
        const int Filler = 60_000, Count = 30_000;
        var (survivor, other, server) = await Candidates();
        await using var connection = survivor;
        var app = await survivor.Granary.PushImage("shared", SharedEngine.BusyboxImage);
        var task = await survivor.Granary.Run(app.Id, Clusters.Busybox(
            $"yes $(printf '%01000d' 0) | head -n {Filler}; i=1; while [ $i -lt {Count} ]; do seq $i $((i+99)); i=$((i+100)); sleep 0.1; done; exit 7"));
        await survivor.Says(task, "5000");

        await Cluster.Kill(server.Name);
        task = await survivor.End(task);
        var log = await survivor.Log(task);

        Assert.True((task.ExitCode, task.Attempt) == (7, 1), ClusterClient.Story(task));
        Assert.Equal([.. Enumerable.Range(1, Count).Select(each => $"{each}"), "Exit status 7"], log.Where(each => each.Length < 1000));
        Assert.Equal(Filler, log.Count(each => each.Length == 1000));
    }

    /// <summary>The server of the cell is killed under tasks of these lines and codes. All end as they would have, in the containers that they had.</summary>
    private async Task TakeOver(params (int Lines, int Code)[] commands)
    {
        var (survivor, other, server) = await Candidates();
        await using var connection = survivor;
        var app = await survivor.Granary.PushImage("shared", SharedEngine.BusyboxImage);
        var tasks = await Task.WhenAll(commands.Select(each => survivor.Granary.Run(app.Id, Clusters.Busybox(Clusters.Counting(each.Lines, each.Code), memoryMb: 16))));
        await Task.WhenAll(tasks.Select(each => survivor.Says(each, "line 5")));
        var before = await Containers(other, tasks);

        var address = await survivor.Newest(server.SiloPort());
        await Cluster.Kill(server.Name);
        var since = TimeProvider.System.GetTimestamp();
        var seen = await survivor.UntilDead(address);
        while (await ServerOf(survivor, [server, other]) != other)
        {
            await Task.Delay(20);
        }

        var takenOver = TimeProvider.System.GetElapsedTime(since);
        var after = await Containers(other, tasks);
        tasks = await Task.WhenAll(tasks.Select(survivor.End));

        output.WriteLine($"killed server seen dead in {seen.TotalSeconds:0.00} s, cell served again in {takenOver.TotalSeconds:0.00} s");
        Assert.True(seen < SeenMax, $"The killed server was seen dead after {seen}.");
        Assert.Empty(after.Except(before));
        foreach (var (task, (lines, code)) in tasks.Zip(commands))
        {
            Assert.True((task.ExitCode, task.Attempt) == (code, 1), ClusterClient.Story(task));
            Assert.Equal(code == 0 ? TaskPhase.Succeeded : TaskPhase.Failed, task.Phase);
            Assert.Equal(Clusters.Counted(lines, code), await survivor.Log(task));
        }
    }

    /// <summary>A connection to the silo that does not serve the cell, that silo, and the one that does.</summary>
    private async Task<(ClusterClient Survivor, LocalSilo Other, LocalSilo Server)> Candidates()
    {
        var silos = await Cluster.Silos();
        await using var client = await ClusterClient.Open(silos[0].GatewayPort);
        await client.UntilActive(2);
        await client.UntilUp("cell-1");
        var server = (await ServerOf(client, silos))!;
        var other = silos.Single(each => each != server);
        return (await ClusterClient.Open(other.GatewayPort), other, server);
    }

    private static async Task<string[]> Containers(LocalSilo silo, IEnumerable<TaskState> tasks) =>
        [.. (await Task.WhenAll(tasks.Select(each => Clusters.ContainersOf(silo.Engine, each)))).SelectMany(each => each)];

    /// <summary>The silo that said that it serves the cell; null for a cell of which only its lease is known.</summary>
    private static async Task<LocalSilo?> ServerOf(ClusterClient client, IReadOnlyList<LocalSilo> silos) =>
        (await client.Granary.Cells()) is [var cell] ? silos.SingleOrDefault(each => cell.Server.StartsWith($"{each.Name} ", StringComparison.Ordinal)) : null;
}
