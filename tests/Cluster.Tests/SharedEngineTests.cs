using Granary.Core.Tasks;
using Granary.Testing;
using Xunit.Abstractions;

namespace Granary.Cluster.Tests;

/// <summary>Two silos are candidates for one cell.</summary>
public sealed class SharedEngineTests(ITestOutputHelper output) : IAsyncLifetime
{
    private LocalCluster? cluster;

    private LocalCluster Cluster => cluster!;

    public async Task InitializeAsync() => cluster = await LocalCluster.Up("shared", Clusters.Program, silos: 2, sharedEngine: true);

    public async Task DisposeAsync()
    {
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_other_candidate_takes_a_cell_over_without_a_restart_or_a_gap()
    {
        var silos = await Cluster.Silos();
        await using var client = await ClusterClient.Open(silos[0].GatewayPort);
        await client.UntilActive(2);
        await client.UntilUp("cell-1");
        var server = (await ServerOf(client, silos))!;
        var other = silos.Single(each => each != server);
        await using var survivor = await ClusterClient.Open(other.GatewayPort);
        var app = await survivor.Granary.PushImage("shared", SharedEngine.BusyboxImage);
        var lasting = await survivor.Granary.Run(app.Id, Clusters.Busybox("for i in $(seq 1 100); do echo line $i; sleep 0.1; done; exit 7"));
        var brief = await survivor.Granary.Run(app.Id, Clusters.Busybox("for i in $(seq 1 20); do echo line $i; sleep 0.1; done; exit 5"));
        await survivor.Says(lasting, "line 5");
        await survivor.Says(brief, "line 5");
        var before = Assert.Single(await Clusters.ContainersOf(other.Engine, lasting));

        await Cluster.Kill(server.Name);
        var since = TimeProvider.System.GetTimestamp();
        var seen = await survivor.UntilDead(server.SiloPort());
        while (await ServerOf(survivor, silos) != other)
        {
            await Task.Delay(20);
        }

        var takenOver = TimeProvider.System.GetElapsedTime(since);
        var after = Assert.Single(await Clusters.ContainersOf(other.Engine, lasting));
        brief = await survivor.End(brief);
        lasting = await survivor.End(lasting);

        output.WriteLine($"killed server seen dead in {seen.TotalSeconds:0.00} s, cell served again in {takenOver.TotalSeconds:0.00} s");
        Assert.Equal(before, after);
        Assert.True((lasting.Phase, lasting.ExitCode, lasting.Attempt) == (TaskPhase.Failed, 7, 1), ClusterClient.Story(lasting));
        Assert.True((brief.Phase, brief.ExitCode, brief.Attempt) == (TaskPhase.Failed, 5, 1), ClusterClient.Story(brief));
        Assert.Equal(Counted(100, 7), await survivor.Log(lasting));
        Assert.Equal(Counted(20, 5), await survivor.Log(brief));
    }

    private static string[] Counted(int lines, int code) => [.. Enumerable.Range(1, lines).Select(each => $"line {each}"), $"Exit status {code}"];

    private static async Task<LocalSilo?> ServerOf(ClusterClient client, IReadOnlyList<LocalSilo> silos) =>
        (await client.Granary.Cells()) is [var cell] ? silos.Single(each => cell.Server.StartsWith($"{each.Name} ", StringComparison.Ordinal)) : null;
}
