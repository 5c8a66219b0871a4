using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Product.Tests;

public sealed class QueueTests
{
    [Fact]
    [Trait("Length", "Long")]
    public async Task A_hundred_tasks_start_in_order_and_never_more_than_the_cell_holds()
    {
        const int Count = 100;
        await using var engine = await PrivateEngine.StartAsync("queue");
        await engine.LoadBusybox();
        await using var silo = await SiloProcess.Up("queue-silo", engine.SocketUri, "--memory", "128", "--disk", "64");
        var app = await silo.BusyboxApp();
        using var watch = new CancellationTokenSource();
        var most = MostAtOnce(silo, watch.Token);

        var tasks = new List<TaskState>();
        for (var each = 0; each < Count; each++)
        {
            tasks.Add(await silo.Run(app, "true"));
        }

        var ended = new List<TaskState>();
        foreach (var task in tasks)
        {
            ended.Add(await silo.End(task));
        }

        await watch.CancelAsync();
        Assert.InRange(await most, 1, 4);
        Assert.All(ended, each => Assert.Equal((TaskPhase.Succeeded, 1), (each.Phase, each.Attempt)));
        var startedAt = ended.Select(each => each.Story.Entries.First(entry => entry.Attempt == 1).At).ToArray();
        Assert.Equal(startedAt.Order(), startedAt);
        await silo.LeavesNothing();
    }

    /// <summary>The most attempts that were seen on the cell at once; its reservations are checked at each look.</summary>
    private static async Task<int> MostAtOnce(SiloProcess silo, CancellationToken ended)
    {
        var most = 0;
        while (!ended.IsCancellationRequested)
        {
            var cell = Assert.Single(await silo.Client.Cells(CancellationToken.None));
            Assert.True(cell.Free is { MemoryMb: >= 0, DiskMb: >= 0 }, $"It gave more than it has: {cell}");
            most = Math.Max(most, cell.Attempts);
        }

        return most;
    }
}
