using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Placement;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Grains.Tests.Worlds;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Grains.Tests;

/// <summary>Who waits, why, for how long, and what it costs.</summary>
public sealed class QueueTests : IAsyncLifetime
{
    private World world = null!;

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task A_thousand_tasks_start_in_the_order_in_which_they_were_submitted_and_never_exceed_the_capacity()
    {
        const int count = 1000;
        var tasks = new List<TaskId>(count);
        for (var number = 0; number < count; number++)
        {
            tasks.Add(await world.Submit(number % 3 == 0 ? "run 20 ms" : "true"));
        }

        await world.Until(() => world.Engine.Removes.Count == count, "the end of all tasks");

        var rows = await Task.WhenAll(tasks.Select(world.Row));
        Assert.All(rows, row => Assert.Equal((TaskPhase.Succeeded, 1), (row.Phase, row.Attempt)));
        Assert.Equal(Enumerable.Range(1, count), rows.Select(row => row.SequenceId));
        Assert.Equal(tasks.Select(task => World.Attempt(task)), world.Engine.Starts);
        Assert.InRange(world.Engine.Peak.MemoryMb, 64, 256);
        Assert.Equal(3 * count, world.Silo.Fate.Count("write task"));
        await world.NothingLeft();
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task A_task_waits_for_a_cell_of_its_isolation_segment_and_what_runs_stays_when_the_cell_gets_another()
    {
        var shared = await world.Running("wait");
        await Isolate("secure");
        var task = await world.Submit("wait");
        await world.Let(TimeSpan.FromSeconds(5));
        Assert.Equal("no known cell is of the isolation segment secure", await world.Placement.Why(task.Value));

        var configure = world.Configure;
        world.Configure = cell =>
        {
            configure(cell);
            cell.Segment = "Secure";
        };
        await world.Replace();
        await world.Started(task);

        Assert.Equal([World.Attempt(shared), World.Attempt(task)], world.Engine.Starts);
        Assert.Equal(["Secure"], (await world.Placement.Cells()).Select(each => each.Segment));
        Assert.Equal((TaskPhase.Running, 1), await world.Row(shared) is var row ? (row.Phase, row.Attempt) : default);
    }

    [Fact]
    public async Task A_waiting_task_says_why_starts_as_soon_as_room_appears_and_causes_no_storm()
    {
        var first = await world.Running("wait", submission => submission with { MemoryMb = 200 });
        var task = await world.Submit("wait", submission => submission with { MemoryMb = 128 });
        var calls = world.Silo.Calls;
        var (reports, places, wakes) = (calls["IPlacementGrain.Report"], calls["IWorkGrain.Place"], calls["IWorkGrain.Wake"]);
        var writes = world.Silo.Fate.Count("write task");

        await world.Let(TimeSpan.FromSeconds(20));

        Assert.Equal("cell-1 has 56 MB of 256 MB memory free", await world.Placement.Why(task.Value));
        Assert.InRange(calls["IPlacementGrain.Report"] - reports, 15, 25); // Each second.
        Assert.Equal((places, wakes), (calls["IWorkGrain.Place"], calls["IWorkGrain.Wake"]));
        Assert.Equal(writes, world.Silo.Fate.Count("write task"));

        var before = world.Clock.GetUtcNow();
        world.Engine.Finish(World.Attempt(first));
        await world.Started(task);
        Assert.True(world.Clock.GetUtcNow() - before < TimeSpan.FromSeconds(1), "room is told at once, not with the next second");
        Assert.Contains(" after waiting: it waited 20", (await world.Row(task)).Story.Entries[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_that_came_back_has_waited_since_then()
    {
        var lost = A.After(A.RunningTask(), A.Report(new AttemptReport.Lost(1, "the host is gone"), atSeconds: 30));
        var back = A.After(lost, new TaskEvent.Relabelled(A.At(40), Metadata.Empty));

        Assert.Equal(A.Start, QueuedWork.Of(A.PendingTask()).WaitsSince);
        Assert.Equal(A.At(30), QueuedWork.Of(back).WaitsSince);
        Assert.Equal(A.At(45), QueuedWork.Of(back with { NotBefore = A.At(45) }).WaitsSince);
    }

    [Fact]
    public async Task A_task_that_no_cell_can_hold_says_so_and_holds_nobody_up()
    {
        var large = await world.Submit("true", submission => submission with { MemoryMb = 1024 });
        var small = await world.Submit("true");

        await world.Ended(small);

        Assert.StartsWith("no cell is large enough: cell-1 has 256 MB memory", await world.Placement.Why(large.Value), StringComparison.Ordinal);
        Assert.Equal(TaskPhase.Pending, (await world.Row(large)).Phase);
    }

    [Fact]
    public async Task Room_kept_for_a_task_is_free_when_it_is_cancelled()
    {
        var first = await world.Running("wait", submission => submission with { MemoryMb = 128 });
        var large = await world.Submit("true", submission => submission with { MemoryMb = 256 });
        await world.Let(TimeSpan.FromSeconds(1));
        world.Jump(TimeSpan.FromSeconds(60));
        var small = await world.Submit("true");
        await world.Until(async () => await world.Placement.Why(small.Value) is { } && (await world.Row(small)).Phase == TaskPhase.Pending, "the small task's wait");
        await world.Let(TimeSpan.FromSeconds(2));
        Assert.Equal(TaskPhase.Pending, (await world.Row(small)).Phase);

        await world.Grain(large).Cancel();

        await world.Ended(small);
        world.Engine.Finish(World.Attempt(first));
    }

    [Fact]
    public async Task A_deactivated_placement_finds_the_queue_in_the_rows()
    {
        var first = await world.Running("wait", submission => submission with { MemoryMb = 256 });
        var tasks = new[] { await world.Submit("true"), await world.Submit("true"), await world.Submit("true") };

        await world.Silo.Deactivate(world.Placement);

        Assert.NotNull(await world.Placement.Why(tasks[2].Value));
        world.Engine.Finish(World.Attempt(first));
        foreach (var task in tasks)
        {
            Assert.Equal(TaskPhase.Succeeded, (await world.Ended(task)).Phase);
        }

        Assert.Equal([first, .. tasks], world.Engine.Starts.Select(each => new TaskId(each.Work)));
    }

    [Fact]
    public async Task A_waiting_row_of_which_nobody_told_is_found()
    {
        world.Silo.Calls.Lose("IPlacementGrain.Enqueue");
        var task = await world.Submit("true");
        var since = world.Clock.GetUtcNow();

        var ended = await world.Ended(task);

        Assert.Equal(TaskPhase.Succeeded, ended.Phase);
        Assert.InRange(world.Clock.GetUtcNow() - since, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(32));
    }

    [Fact]
    public async Task A_start_that_never_reached_the_cell_is_found_by_its_comparison_and_is_no_loss()
    {
        world.Silo.Calls.Lose("ICellGrain.Order");
        var task = await world.Submit("true");
        await world.In(task, TaskPhase.Running);
        await world.Let(TimeSpan.FromSeconds(8)); // Longer than the order is repeated.

        world.Silo.Calls.LoseNoMore("ICellGrain.Order");
        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Succeeded, 2, 0, 1), (ended.Phase, ended.Attempt, ended.Counters.Losses, ended.Counters.Moves));
        Assert.Equal([World.Attempt(task, 2)], world.Engine.Starts);
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_stop_that_never_reached_the_cell_is_ordered_again()
    {
        var task = await world.Running("wait");
        world.Silo.Calls.Lose("ICellGrain.Order");
        await world.Grain(task).Cancel();
        await world.Let(TimeSpan.FromSeconds(8));

        world.Silo.Calls.LoseNoMore("ICellGrain.Order");

        Assert.Equal(TaskMachine.Cancelled, (await world.Ended(task)).FailureReason);
        await world.NothingLeft();
    }

    [Fact]
    public async Task Room_promised_to_an_order_that_was_lost_is_free_again_after_a_while()
    {
        world.Silo.Calls.Lose("ICellGrain.Order");
        var first = await world.Submit("true", submission => submission with { MemoryMb = 256 });
        await world.In(first, TaskPhase.Running);
        var second = await world.Submit("true", submission => submission with { MemoryMb = 256 });
        await world.Let(TimeSpan.FromSeconds(2));
        Assert.Equal("cell-1 has 0 MB of 256 MB memory free", await world.Placement.Why(second.Value));

        await world.In(second, TaskPhase.Running);

        Assert.InRange(world.Clock.GetUtcNow(), Testing.A.At(30), Testing.A.At(40));
    }

    [Fact]
    public async Task A_cell_that_declined_is_asked_again_only_if_no_other_has_room()
    {
        world.Engine.GoAway();
        var task = await world.Submit("true");
        await world.Until(async () => (await world.Row(task)).Counters.Moves > 0, "the cell's refusal");
        var row = await world.Row(task);

        Assert.Equal(new CellId("cell-1"), QueuedWork.Of(row).LastCell);
    }

    /// <summary>Gives the space of the world's app an isolation segment.</summary>
    private async Task Isolate(string name)
    {
        var segments = world.Silo.Services.GetRequiredService<IIsolationSegments>();
        var segment = new IsolationSegment(Guid.NewGuid(), name, [], Metadata.Empty, A.Start, A.Start);
        Assert.Equal(DirectoryOutcome.Done, await segments.Add(segment, default));
        Assert.Equal(DirectoryOutcome.Done, await segments.Entitle(segment.Guid, [Home.Organization], default));
        Assert.Equal(DirectoryOutcome.Done, await segments.Assign(Home.Space, segment.Guid, default));
    }
}
