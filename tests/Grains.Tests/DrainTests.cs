using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Tests.Worlds;

namespace Granary.Grains.Tests;

/// <summary>A cell that is drained takes nothing new, lets what runs end until the deadline, and then gives it back. The order outlives its silos.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private World world = null!;

    private IDrainGrain Drain => world.Silo.Grains.GetGrain<IDrainGrain>(Keys.Drain(new CellId("cell-1")));

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task What_runs_may_end_what_comes_waits_and_says_why_and_an_uncordon_lets_it_in()
    {
        var running = await world.Running("wait");
        var since = world.Clock.GetUtcNow();

        var ordered = (await Drain.Drain(Long, "its disk is replaced")).Value!;
        await world.Until(async () => (await View()).State == "draining", "the cell's word");
        var waiting = await world.Submit("true");
        await world.Let(TimeSpan.FromSeconds(5));

        Assert.Equal((DrainPhase.Draining, "its disk is replaced"), (ordered.Phase, ordered.Why));
        Assert.InRange(ordered.DeadlineAt!.Value - since, Long, Long + TimeSpan.FromSeconds(1));
        Assert.Equal("cell-1 takes nothing: it is draining", await world.Placement.Why(waiting.Value));
        Assert.Equal((1, true), (await View() is var view ? view.Attempts : 0, view.EngineUp));
        Assert.Empty(world.Engine.Stops);

        world.Engine.Finish(World.Attempt(running));
        Assert.Equal((TaskPhase.Succeeded, 1), (await world.Ended(running) is var ended ? ended.Phase : default, ended.Attempt));
        await world.Until(async () => (await Drain.Get()).Phase == DrainPhase.Drained, "the end of the drain");
        await world.Until(async () => (await View()).State == "drained", "the cell's word");
        Assert.Equal("cell-1 takes nothing: it is drained", await world.Placement.Why(waiting.Value));

        await Drain.Uncordon();
        Assert.Equal((TaskPhase.Succeeded, 1), (await world.Ended(waiting) is var late ? late.Phase : default, late.Attempt));
        Assert.Equal("up", (await View()).State);
        Assert.Empty(world.Log.Errors);
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("wait ignoring TERM")]
    [InlineData("wait then exit 3 on TERM")]
    public async Task At_the_deadline_what_is_left_is_stopped_and_moves_without_being_counted(string command)
    {
        var task = await world.Running(command);

        await Drain.Drain(TimeSpan.FromSeconds(20), "an operator drains it");
        await world.Let(TimeSpan.FromSeconds(15));
        Assert.Empty(world.Engine.Stops);
        await world.Until(async () => (await Drain.Get()).Phase == DrainPhase.Drained, "the end of the drain");

        var row = await world.Row(task);
        Assert.Equal((TaskPhase.Pending, 1, 0, 0, 1), (row.Phase, row.Attempt, row.Counters.Losses, row.Counters.Failures, row.Counters.Moves));
        Assert.Equal("PENDING: attempt 1 was moved off cell-1: cell-1 is drained, and the deadline passed: an operator drains it", row.Story.Entries[^1].Text);
        Assert.Equal([World.Attempt(task)], world.Engine.Stops);
        await world.NothingLeft();

        await Drain.Uncordon();
        await world.Started(task, attempt: 2);
        Assert.Equal(2, world.Engine.Starts.Count);
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task An_uncordon_before_the_deadline_leaves_what_runs_alone()
    {
        var task = await world.Running("wait");
        await Drain.Drain(TimeSpan.FromSeconds(20), "an operator drains it");
        await world.Let(TimeSpan.FromSeconds(10));

        await Drain.Uncordon();
        await world.Let(TimeSpan.FromSeconds(60));

        Assert.Empty(world.Engine.Stops);
        Assert.Equal((TaskPhase.Running, 1), (await world.Row(task) is var row ? row.Phase : default, row.Attempt));
        world.Engine.Finish(World.Attempt(task), 5);
        Assert.Equal((5, 1), (await world.Ended(task) is var ended ? ended.ExitCode : null, ended.Attempt));
    }

    [Fact]
    public async Task A_newer_deadline_replaces_the_one_before()
    {
        var task = await world.Running("wait");
        await Drain.Drain(Long, "an operator drains it");
        await world.Let(TimeSpan.FromSeconds(2));

        await Drain.Drain(TimeSpan.FromSeconds(5), "in a hurry");
        await world.Until(async () => (await world.Row(task)).Phase == TaskPhase.Pending, "the move");

        Assert.Contains("in a hurry", (await world.Row(task)).Story.Entries[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cell_whose_silo_restarts_is_still_drained()
    {
        await Drain.Drain(Long, "an operator drains it");
        await world.Until(async () => (await Drain.Get()).Phase == DrainPhase.Drained, "the end of the drain");

        await world.Restart();
        var task = await world.Submit("true");
        await world.Let(TimeSpan.FromSeconds(5));

        Assert.Equal("cell-1 takes nothing: it is drained", await world.Placement.Why(task.Value));
        Assert.Empty(world.Engine.Creates);
    }

    /// <summary>Each point of a displacement: whoever takes the cell over brings it to its end, and the attempt is told as displaced once.</summary>
    [Theory]
    [InlineData("write drain", true)]
    [InlineData("note StopOrdered", false)]
    [InlineData("note StopOrdered", true)]
    [InlineData("Stop", false)]
    [InlineData("Stop", true)]
    [InlineData("note Ended", false)]
    [InlineData("note Ended", true)]
    [InlineData("write task", false)]
    [InlineData("write task", true)]
    public async Task A_silo_killed_in_a_drain_leaves_it_to_the_next(string call, bool after)
    {
        var task = await world.Running("wait");
        world.Silo.Fate.DieAt(call, after);

        var ordering = Drain.Drain(TimeSpan.FromSeconds(5), "an operator drains it");
        await world.Until(() => world.Silo.Fate.Died.IsCompleted, $"the death at {call}");
        await world.Restart();
        await ordering.ContinueWith(static _ => { }, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(60));
        await world.Until(async () => (await Drain.Get()).Phase == DrainPhase.Drained, "the end of the drain");

        var row = await world.Row(task);
        Assert.Equal((TaskPhase.Pending, 1, 0, 1), (row.Phase, row.Attempt, row.Counters.Losses, row.Counters.Moves));
        Assert.Single(world.Engine.Starts);
        await world.NothingLeft();
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task What_is_being_made_ready_when_the_cell_is_drained_is_not_started_there()
    {
        world.Engine.HoldStarts(); // The first start holds its turn, and the second attempt stands ready behind it.
        var first = await world.Submit("wait");
        var second = await world.Submit("wait");
        await world.Until(() => world.Engine.HeldStartCount >= 1 && world.Engine.Creates.Count == 2, "two containers");

        await Drain.Drain(Long, "an operator drains it");
        await world.Until(async () => (await View()).State == "draining", "the cell's word");
        world.Engine.ReleaseStarts();
        await world.Started(first);
        await world.Until(async () => (await world.Row(second)).Phase is TaskPhase.Pending or TaskPhase.Running && world.Engine.Containers.Count == 1, "the end of what stood ready");

        Assert.Equal(TaskPhase.Pending, (await world.Row(second)).Phase);
        Assert.Equal([World.Attempt(first)], world.Engine.Starts);
        Assert.Contains(world.Engine.Containers, each => each.Phase == ContainerPhase.Running);
    }

    [Fact]
    public async Task A_cancel_in_a_drain_is_a_cancel()
    {
        var task = await world.Running("wait ignoring TERM");
        await Drain.Drain(TimeSpan.FromSeconds(5), "an operator drains it");
        await world.Until(() => world.Engine.Stops.Count == 1, "the stop of the drain");

        await world.Grain(task).Cancel();

        var ended = await world.Ended(task);
        Assert.Equal((TaskPhase.Failed, "task was cancelled", 1), (ended.Phase, ended.FailureReason, ended.Attempt));
        await world.NothingLeft();
    }

    private async Task<CellView> View() => Assert.Single(await world.Placement.Cells());
}
