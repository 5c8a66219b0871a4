using System.Diagnostics;
using Granary.Core.Placement;
using Granary.Testing;

namespace Granary.Core.Tests.Placement;

public sealed class PlacerTests
{
    private static readonly string[] ThreeInOrder = ["1>cell-1", "2>cell-1", "3>cell-1"];

    [Fact]
    public void The_oldest_tasks_are_placed_first_and_the_rest_wait()
    {
        QueuedWork[] queue = [A.QueuedTask(1), A.QueuedTask(2), A.QueuedTask(3), A.QueuedTask(4)];

        var pass = Place(queue, A.Cell(memoryMb: 192));

        Assert.Equal(ThreeInOrder, Words(pass));
        Assert.Same(queue[3], Assert.Single(pass.Waiting));
        Assert.Equal("cell-1 has 0 MB of 192 MB memory free", pass.Explain(queue[3]));
    }

    [Fact]
    public void Tasks_spread_to_the_cell_with_most_free_memory_and_ties_go_by_name()
    {
        QueuedWork[] queue = [A.QueuedTask(1), A.QueuedTask(2), A.QueuedTask(3)];

        var pass = Place(queue, A.Cell("cell-b", 128), A.Cell("cell-a", 128));

        Assert.Equal(["1>cell-a", "2>cell-b", "3>cell-a"], Words(pass));
    }

    [Fact]
    public void Instances_of_a_process_go_where_fewest_of_it_are_and_only_then_where_most_memory_is_free()
    {
        QueuedWork[] queue = [.. Enumerable.Range(1, 4).Select(number => A.QueuedTask(number) with { Process = A.Worker })];

        Assert.Equal(["1>cell-2", "2>cell-3", "3>cell-1", "4>cell-2"], Words(Place(queue, A.Cell("cell-1", 1024, workers: 1), A.Cell("cell-2", 640), A.Cell("cell-3", 512))));
        Assert.Equal(["1>cell-1"], Words(Place(queue[..1], A.Cell("cell-1", 1024, workers: 5), A.Cell("cell-2", 32))));
        Assert.Equal(["1>cell-1"], Words(Place([queue[0] with { LastCell = new("cell-2") }], A.Cell("cell-1", 1024, workers: 5), A.Cell("cell-2", 640))));
        Assert.Equal(["1>cell-1"], Words(Place([A.QueuedTask(1)], A.Cell("cell-1", 1024, workers: 5), A.Cell("cell-2", 640))));
    }

    [Fact]
    public void A_task_goes_to_cells_of_its_isolation_segment_and_keeps_no_room_elsewhere()
    {
        QueuedWork[] queue = [A.QueuedTask(1, waited: 120) with { Segment = "secure" }, A.QueuedTask(2), A.QueuedTask(3) with { Segment = "SECURE" }];
        var (shared, secure) = (A.Cell("cell-1", 1024), A.Cell("cell-2", 64) with { Segment = "Secure" });

        var pass = Place(queue, shared, secure);
        var none = Place(queue, shared);

        Assert.Equal(["1>cell-2", "2>cell-1"], Words(pass));
        Assert.Equal("cell-2 has 0 MB of 64 MB memory free", pass.Explain(queue[2]));
        Assert.Equal(["2>cell-1"], Words(none));
        Assert.Equal("no known cell is of the isolation segment secure", none.Explain(queue[0]));
        Assert.Equal("no known cell is of the shared isolation segment", Place(queue, secure).Explain(queue[1]));
        Assert.Equal("no cell is large enough: cell-2 has 64 MB memory and 1024 MB disk in all, and 128 MB memory and 64 MB disk is needed", Placer.Explain(A.QueuedTask(4, memoryMb: 128) with { Segment = "secure" }, [shared, secure], A.Start));
    }

    [Fact]
    public void Another_cell_is_preferred_to_the_one_that_declined_last()
    {
        var task = A.QueuedTask(lastCell: "cell-1");

        Assert.Equal(["1>cell-2"], Words(Place([task], A.Cell("cell-1", 640), A.Cell("cell-2", 64), A.Cell("cell-3", 32))));
        Assert.Equal(["1>cell-1"], Words(Place([task], A.Cell("cell-1", 640))));
    }

    [Fact]
    public void A_task_that_backs_off_is_not_placed_and_the_pass_says_when_the_next_may_be()
    {
        QueuedWork[] queue = [A.QueuedTask(1, notBefore: 2.5), A.QueuedTask(2, notBefore: 1), A.QueuedTask(3), A.QueuedTask(4, notBefore: 0)];

        var pass = Place(queue, A.Cell(memoryMb: 1024));

        Assert.Equal(["3>cell-1", "4>cell-1"], Words(pass));
        Assert.Equal(A.At(1), pass.NextAt);
        Assert.Equal("it backs off until 2026-01-01 00:00:02.500Z", pass.Explain(queue[0]));
    }

    [Fact]
    public void A_younger_task_passes_an_older_one_that_fits_nowhere()
    {
        var pass = Place([A.QueuedTask(1, memoryMb: 128, waited: 59.9), A.QueuedTask(2)], A.Cell(memoryMb: 128, freeMemoryMb: 64));

        Assert.Equal(["2>cell-1"], Words(pass));
    }

    [Fact]
    public void After_a_minute_room_is_kept_on_the_one_cell_that_lacks_least()
    {
        QueuedWork[] queue = [A.QueuedTask(1, memoryMb: 256, waited: 60), A.QueuedTask(2), A.QueuedTask(3)];

        var pass = Place(queue, A.Cell("cell-1", 256, freeMemoryMb: 64), A.Cell("cell-2", 256, freeMemoryMb: 128), A.Cell("cell-3", 128, freeMemoryMb: 0));

        Assert.Equal(["2>cell-1"], Words(pass));
        Assert.Equal("cell-1 has 0 MB of 256 MB memory free; cell-2 has 128 MB of 256 MB memory free; cell-3 has 128 MB memory and 1024 MB disk in all, and 256 MB memory and 64 MB disk is needed", pass.Explain(queue[0]));
        Assert.Contains("cell-2 keeps its room for an older task", pass.Explain(queue[2]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_that_no_cell_could_hold_says_so_and_keeps_nobody_up()
    {
        QueuedWork[] queue = [A.QueuedTask(1, memoryMb: 4096, waited: 3600), A.QueuedTask(2)];

        var pass = Place(queue, A.Cell());

        Assert.Equal(["2>cell-1"], Words(pass));
        Assert.Equal("no cell is large enough: cell-1 has 64 MB memory and 1024 MB disk in all, and 4096 MB memory and 64 MB disk is needed", pass.Explain(queue[0]));
    }

    [Fact]
    public void Room_is_not_kept_on_a_cell_that_takes_nothing()
    {
        QueuedWork[] queue = [A.QueuedTask(1, memoryMb: 128, waited: 90), A.QueuedTask(2)];

        var pass = Place(queue, A.Cell("cell-1"), A.Cell("cell-2", 128, whyNot: "its engine does not answer"));

        Assert.Equal(["2>cell-1"], Words(pass));
        Assert.EndsWith("; cell-2 takes nothing: its engine does not answer", pass.Explain(queue[0]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_that_waits_alone_explains_itself()
    {
        var task = A.QueuedTask(memoryMb: 64, diskMb: 64);

        Assert.Equal("no cell is known", Placer.Explain(task, [], A.Start));
        Assert.Equal("cell-1 has 0 MB of 64 MB memory free", Placer.Explain(task, [A.Cell(freeMemoryMb: 0)], A.Start));
        Assert.Equal("cell-1 has 63 MB of 64 MB disk free", Placer.Explain(task, [A.Cell(diskMb: 64, freeDiskMb: 63)], A.Start));
        Assert.Equal("cell-1 has 0 MB of 64 MB memory and 1 MB of 1024 MB disk free", Placer.Explain(task, [A.Cell(freeMemoryMb: 0, freeDiskMb: 1)], A.Start));
        Assert.Equal("cell-2 takes nothing: it drains", Placer.Explain(task, [A.Cell("cell-2", whyNot: "it drains")], A.Start));
        Assert.Null(Placer.Explain(task, [A.Cell()], A.Start));
    }

    [Fact]
    public void A_reason_names_eight_cells_and_counts_the_rest()
    {
        var cells = Enumerable.Range(10, 50).Select(number => A.Cell($"cell-{number}", freeMemoryMb: 0)).ToArray();

        var reason = Placer.Explain(A.QueuedTask(), cells, A.Start)!;

        Assert.Contains("cell-17 has", reason, StringComparison.Ordinal);
        Assert.EndsWith("; and 42 more", reason, StringComparison.Ordinal);
        Assert.InRange(reason.Length, 1, Limits.StoryTextLength);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(2048)]
    public void Ten_thousand_tasks_and_fifty_cells_take_less_than_50_ms(int freeMemoryMb)
    {
        // Sizes differ and nobody's whole want is the least of both parts, so that the early stop seldom helps.
        var queue = Enumerable.Range(1, 10_000).Select(number => A.QueuedTask(number, memoryMb: 64 + (number % 37 * 64), diskMb: 2048 - (number % 31 * 64), waited: 20_000 - number)).ToArray();
        var cells = Enumerable.Range(0, 50).Select(number => A.Cell($"cell-{number}", 4096, 4096, freeMemoryMb, 4096)).ToArray();
        Placer.Place(queue, cells, A.Start);

        // The best of several: the question is what the pass costs, not what else the machine does.
        var best = Enumerable.Range(0, 5).Min(_ =>
        {
            var before = Stopwatch.GetTimestamp();
            Placer.Place(queue, cells, A.Start);
            return Stopwatch.GetElapsedTime(before);
        });

        Assert.True(best < TimeSpan.FromMilliseconds(50), $"a pass took {best.TotalMilliseconds} ms");
    }

    private static PlacementPass Place(QueuedWork[] queue, params CellSnapshot[] cells) => Placer.Place(queue, cells, A.Start);

    private static IEnumerable<string> Words(PlacementPass pass) =>
        pass.Choices.Select(each => $"{BitConverter.ToInt32(each.Work.ToByteArray())}>{each.Cell}");
}
