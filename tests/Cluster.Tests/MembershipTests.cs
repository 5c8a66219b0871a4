using Granary.Core.Tasks;
using Granary.Testing;
using Xunit.Abstractions;

namespace Granary.Cluster.Tests;

/// <summary>What the settings of membership are chosen for: what is dead is seen in seconds, and nothing else is held for dead.</summary>
[Collection(ThreeHosts.Collection)]
public sealed class MembershipTests(ThreeHosts hosts, ITestOutputHelper output)
{
    /// <summary>A loaded machine is slower than the 1.5 s that a quiet one needs; Orleans' own settings take 6 s.</summary>
    public static readonly TimeSpan KilledSeenMax = TimeSpan.FromSeconds(5);

    /// <summary>A quiet machine needs 5 s; Orleans' own settings take 60 s.</summary>
    public static readonly TimeSpan HungSeenMax = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan FullLoad = TimeSpan.FromMinutes(5);

    /// <summary>More than what starves a silo of a core for a while.</summary>
    private const int ThreadsPerCore = 4;

    [Fact]
    [Trait("Length", "Long")]
    public async Task Nobody_is_held_for_dead_in_five_minutes_of_full_load()
    {
        var silos = await hosts.Cluster.Silos();
        await using var client = await hosts.Ready(silos[0]);
        var app = await client.Granary.PushImage("load", SharedEngine.BusyboxImage);
        var dead = await client.Dead();
        var tasks = 0;
        using (new CpuLoad(ThreadsPerCore))
        {
            var since = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(since) < FullLoad)
            {
                var task = await client.End(await client.Granary.Run(app.Id, Clusters.Busybox("true")));
                Assert.True((task.Phase, task.Attempt) == (TaskPhase.Succeeded, 1), ClusterClient.Story(task));
                Assert.Equal(dead, await client.Dead());
                tasks++;
            }
        }

        output.WriteLine($"{tasks} tasks ended meanwhile, one after another");
        Assert.Equal(silos.Select(each => each.Pid), (await hosts.Cluster.Silos()).Select(each => each.Pid));
    }
}
