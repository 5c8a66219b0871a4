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
        using var zip = await Zips.Of(Repository.PathOf("samples/training-app"));
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
}
