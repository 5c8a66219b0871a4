using Granary.Core.Attempts;
using Granary.Core.Tasks;
using Granary.Grains.Tests.Worlds;
using Granary.Testing;

namespace Granary.Grains.Tests;

/// <summary>The engine goes away under a running task, and comes back.</summary>
public sealed class EngineTests : IAsyncLifetime
{
    private World world = null!;

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Theory]
    [InlineData(Departure.CutOff)]
    [InlineData(Departure.Killed)]
    public async Task A_process_that_lives_through_it_goes_on_in_the_same_container(Departure how)
    {
        var task = await world.Running("wait");
        await world.Let(TimeSpan.FromSeconds(1));
        world.Engine.GoAway(how);
        await world.Let(TimeSpan.FromSeconds(10));

        world.Engine.ComeBack(sameProcess: how == Departure.CutOff, liveRestore: true);
        await world.Until(async () => (await world.Placement.Cells())[0] is { EngineUp: true }, "the engine's return");
        world.Engine.Finish(World.Attempt(task), 7);
        var ended = await world.Ended(task);

        Assert.Equal((1, 7), (ended.Attempt, ended.ExitCode));
        Assert.Single(world.Engine.Starts);
        await world.NothingLeft();
    }

    [Theory]
    [InlineData("wait then exit 0 on TERM", Departure.Stopped)]
    [InlineData("wait then exit 0 on TERM", Departure.Killed)]
    [InlineData("wait", Departure.Stopped)]
    public async Task What_the_engines_stop_or_start_ended_is_lost_whatever_its_code_and_moves(string command, Departure how)
    {
        var task = await world.Running(command);
        await world.Let(TimeSpan.FromSeconds(2));
        world.Engine.GoAway(how);
        await world.Let(TimeSpan.FromSeconds(3));

        world.Engine.ComeBack();
        await world.Started(task, 2);
        world.Engine.Finish(World.Attempt(task, 2));
        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Succeeded, 2, 1), (ended.Phase, ended.Attempt, ended.Counters.Losses));
        Assert.Contains(ended.Story.Entries, each => each.Text.Contains("its engine was stopping or starting", StringComparison.Ordinal));
        await world.NothingLeft();
    }

    [Fact]
    public async Task An_exit_while_the_engine_was_provably_absent_is_the_commands_own()
    {
        var task = await world.Running("wait");
        await world.Let(TimeSpan.FromSeconds(2));
        world.Engine.GoAway();
        await world.Let(TimeSpan.FromSeconds(5));
        world.Engine.Finish(World.Attempt(task), 5);
        await world.Let(TimeSpan.FromSeconds(5));

        world.Engine.ComeBack();
        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Failed, 5, 1), (ended.Phase, ended.ExitCode, ended.Attempt));
        await world.NothingLeft();
    }

    [Fact]
    public async Task Losses_beyond_the_budget_fail_the_task()
    {
        var task = await world.Submit("wait", submission => submission with { LossesMax = 1 });
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await world.Started(task, attempt);
            await world.Let(TimeSpan.FromSeconds(1));
            world.Engine.GoAway(Departure.Stopped);
            await world.Let(TimeSpan.FromSeconds(2));
            world.Engine.ComeBack();
        }

        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Failed, 2), (ended.Phase, ended.Counters.Losses));
        Assert.StartsWith("lost 2 times, last on cell-1", ended.FailureReason, StringComparison.Ordinal);
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_task_that_must_not_be_moved_fails_with_its_cell()
    {
        var task = await world.Running("wait", submission => submission with { OnCellLoss = OnCellLoss.Fail });

        world.Engine.Wipe();
        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Failed, 1), (ended.Phase, ended.Attempt));
        Assert.StartsWith("cell-1 was lost and the task asked not to be moved", ended.FailureReason, StringComparison.Ordinal);
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_wiped_engine_loses_the_attempt_and_is_marked_again()
    {
        var mark = (await world.Engine.Describe(CancellationToken.None)).Marker;
        var task = await world.Running("wait");

        world.Engine.Wipe();
        await world.Started(task, 2);
        await world.Restart();

        await world.Until(async () => (await world.Engine.Describe(CancellationToken.None)).Marker == mark, "the mark on the wiped engine");
        world.Engine.Finish(World.Attempt(task, 2));
        Assert.Equal((TaskPhase.Succeeded, 2), (await world.Ended(task) is var ended ? ended.Phase : default, (await world.Row(task)).Attempt));
    }

    [Fact]
    public async Task A_start_whose_answer_was_lost_is_inspected_and_never_repeated()
    {
        world.Engine.LoseAnswer(RuntimeCall.Start);
        var task = await world.Submit("wait");
        await world.Started(task);
        await world.Let(TimeSpan.FromSeconds(2));

        world.Engine.Finish(World.Attempt(task));

        Assert.Equal((TaskPhase.Succeeded, 1), (await world.Ended(task) is var ended ? ended.Phase : default, (await world.Row(task)).Attempt));
        Assert.Single(world.Engine.Starts);
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_start_that_the_engine_forgot_is_removed_before_it_is_told_lost()
    {
        world.Engine.HoldStarts();
        var task = await world.Submit("wait");
        await world.Until(() => world.Engine.HeldStartCount == 1, "the start at the engine");
        world.Engine.GoAway();
        await world.Let(TimeSpan.FromSeconds(1));
        world.Engine.ComeBack(liveRestore: true);
        world.Engine.ReleaseStarts();

        await world.Started(task, 2);

        Assert.Equal([World.Attempt(task, 2)], world.Engine.Starts);
        Assert.Equal([World.Attempt(task)], world.Engine.Removes);
        Assert.Equal(1, (await world.Row(task)).Counters.Losses);
        world.Engine.Finish(World.Attempt(task, 2));
        await world.Ended(task);
        await world.NothingLeft();
    }

    [Theory]
    [InlineData(RuntimeCall.Create)]
    [InlineData(RuntimeCall.OpenOutput)]
    [InlineData(RuntimeCall.Find)]
    [InlineData(RuntimeCall.Wait)]
    [InlineData(RuntimeCall.Remove)]
    public async Task Any_answer_may_be_lost_once(RuntimeCall call)
    {
        world.Engine.LoseAnswer(call);
        var task = await world.Submit("print one; exit 4");

        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Failed, 4), (ended.Phase, ended.ExitCode));
        Assert.Single(world.Engine.Starts);
        await world.NothingLeft();
    }
}
