using Granary.Core.Tasks;
using Granary.Grains.Tests.Worlds;

namespace Granary.Grains.Tests;

/// <summary>A silo is killed, and another is started over the same database, journal and engine.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    private World world = null!;

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    /// <summary>Each point of a life. Before the start was ordered nothing is lost; from then on the engine tells what became of it.</summary>
    [Theory]
    [InlineData("write task", false, 1, 0)]
    [InlineData("write task", true, 2, 0)]
    [InlineData("note Starting", false, 2, 0)]
    [InlineData("note Starting", true, 2, 0)]
    [InlineData("Create", false, 2, 0)]
    [InlineData("Create", true, 2, 0)]
    [InlineData("note StartOrdered", false, 2, 0)]
    [InlineData("note StartOrdered", true, 2, 1)]
    [InlineData("Start", false, 2, 1)]
    [InlineData("Start", true, 1, 0)]
    [InlineData("Wait", true, 1, 0)]
    [InlineData("note Ended", false, 1, 0)]
    [InlineData("note Ended", true, 1, 0)]
    [InlineData("Remove", false, 1, 0)]
    [InlineData("Remove", true, 1, 0)]
    [InlineData("forget", false, 1, 0)]
    public async Task A_silo_killed_at_any_point_of_a_life_starts_nothing_twice_and_the_task_ends(string call, bool after, int attempt, int losses)
    {
        world.Silo.Fate.DieAt(call, after, nth: call == "write task" ? 2 : 1); // The first write accepts the task, the second places it.
        var task = await world.Submit("run 500 ms; exit 3");

        await world.Until(() => world.Silo.Fate.Died.IsCompleted, $"the death at {call}");
        await world.Restart();
        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Failed, 3, attempt, losses), (ended.Phase, ended.ExitCode, ended.Attempt, ended.Counters.Losses));
        Assert.Equal([World.Attempt(task, attempt)], world.Engine.Starts);
        await world.NothingLeft();
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task What_ran_goes_on_in_the_same_container_with_its_log_whole()
    {
        var tasks = new[] { await world.Running("print one; wait"), await world.Running("print one; wait") };
        await world.Let(TimeSpan.FromSeconds(1));

        await world.Kill();
        world.Engine.Print(World.Attempt(tasks[0]), Core.Runtime.OutputStream.Out, "two");
        world.Engine.Finish(World.Attempt(tasks[1]), 5);
        await world.StartSilo();
        await world.Until(() => world.Silo.Agent.Ledger.Entries.ContainsKey(World.Attempt(tasks[0])), "the adoption");
        world.Engine.Print(World.Attempt(tasks[0]), Core.Runtime.OutputStream.Out, "three");
        world.Engine.Finish(World.Attempt(tasks[0]), 4);

        Assert.Equal((4, 1), (await world.Ended(tasks[0]) is var first ? first.ExitCode : null, first.Attempt));
        Assert.Equal((5, 1), (await world.Ended(tasks[1]) is var second ? second.ExitCode : null, second.Attempt));
        Assert.Equal(2, world.Engine.Starts.Count);
        Assert.Equal(["one", "two", "three", "Exit status 4"], await world.LogOf(tasks[0]));
        Assert.Equal(["one", "Exit status 5"], await world.LogOf(tasks[1]));
        await world.NothingLeft();
    }

    [Fact]
    public async Task An_orderly_end_waits_for_the_engines_answer_to_a_start()
    {
        world.Engine.HoldStarts();
        var task = await world.Submit("wait");
        await world.Until(() => world.Engine.HeldStartCount == 1, "the start at the engine");

        var replacing = world.Replace();
        await world.Let(TimeSpan.FromSeconds(2));
        world.Engine.ReleaseStarts();
        await replacing;

        await world.Until(() => world.Silo.Agent.Ledger.Entries.Count == 1, "the adoption");
        Assert.Equal((TaskPhase.Running, 1), (await world.Row(task) is var row ? row.Phase : default, row.Attempt));
        world.Engine.Finish(World.Attempt(task), 4);
        Assert.Equal((4, 1), (await world.Ended(task) is var ended ? ended.ExitCode : null, ended.Attempt));
        Assert.Single(world.Engine.Starts);
    }

    [Fact]
    public async Task An_orderly_end_leaves_what_runs_to_the_next_process()
    {
        var task = await world.Running("print one; wait");
        await world.Let(TimeSpan.FromSeconds(1));

        await world.Replace();
        await world.Until(() => world.Silo.Agent.Ledger.Entries.ContainsKey(World.Attempt(task)), "the adoption");
        world.Engine.Finish(World.Attempt(task), 6);

        Assert.Equal((6, 1), (await world.Ended(task) is var ended ? ended.ExitCode : null, ended.Attempt));
        Assert.Empty(world.Engine.Stops);
        Assert.Equal(["one", "Exit status 6"], await world.LogOf(task));
        await world.NothingLeft();
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task Room_taken_by_what_runs_is_counted_before_anything_new_is_admitted()
    {
        var old = new List<TaskId>();
        for (var number = 0; number < 4; number++)
        {
            old.Add(await world.Running("wait"));
        }

        var task = await world.Submit("true");
        await world.Restart();
        await world.Let(TimeSpan.FromSeconds(3));

        Assert.Equal(256, world.Silo.Agent.Ledger.Reserved.MemoryMb);
        Assert.Equal((TaskPhase.Pending, 0), (await world.Row(task) is var row ? row.Phase : default, row.Attempt));
        world.Engine.Finish(World.Attempt(old[0]));
        Assert.Equal(1, (await world.Ended(task)).Attempt);
        Assert.InRange(world.Engine.Peak.MemoryMb, 1, 256);
    }

    [Theory]
    [InlineData("note StopOrdered", false)]
    [InlineData("note StopOrdered", true)]
    [InlineData("Stop", false)]
    [InlineData("Stop", true)]
    public async Task A_cancel_whose_stop_died_with_its_silo_is_carried_out_by_the_next(string call, bool after)
    {
        var task = await world.Running("wait");
        world.Silo.Fate.DieAt(call, after);

        await world.Grain(task).Cancel();
        await world.Until(() => world.Silo.Fate.Died.IsCompleted, $"the death at {call}");
        await world.Restart();

        Assert.Equal((TaskPhase.Failed, TaskMachine.Cancelled, 143), (await world.Ended(task) is var ended ? ended.Phase : default, ended.FailureReason, ended.ExitCode));
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_container_of_a_lower_attempt_is_stopped_and_removed()
    {
        world.Engine.GoAway();
        var task = await world.Submit("wait");
        await world.Until(async () => (await world.Row(task)).Counters.Moves > 0, "the first attempt's refusal");
        world.Engine.ComeBack();
        await world.Until(() => world.Engine.Starts.Count == 1, "the next attempt");
        var current = (await world.Row(task)).Key;
        await world.Kill();
        var stray = await world.Stray(World.Attempt(task));

        await world.StartSilo();
        await world.Until(() => world.Engine.Removes.Contains(stray), "the removal of the lower attempt");

        Assert.Contains(stray, world.Engine.Stops);
        world.Engine.Finish(current);
        Assert.Equal((TaskPhase.Succeeded, current.Number), (await world.Ended(task) is var ended ? ended.Phase : default, ended.Attempt));
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_container_of_a_finished_task_is_removed()
    {
        var task = await world.Submit("true");
        var ended = await world.Ended(task);
        await world.NothingLeft();
        await world.Kill();
        await world.Stray(World.Attempt(task));

        await world.StartSilo();
        await world.NothingLeft();

        Assert.Equal(ended.UpdatedAt, (await world.Row(task)).UpdatedAt);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_container_that_no_row_knows_is_left_alone_until_the_orphan_age(bool higher)
    {
        var task = await world.Running("wait");
        await world.Kill();
        var stray = await world.Stray(higher ? World.Attempt(task, 5) : new(Guid.NewGuid(), 1));
        await world.StartSilo();
        await world.Until(() => world.Log.All.Any(each => each.Contains("no row knows it", StringComparison.Ordinal)), "the warning");

        for (var minute = 0; minute < 9; minute++)
        {
            world.Jump(TimeSpan.FromMinutes(1));
            await world.Let(TimeSpan.FromSeconds(1));
        }

        Assert.DoesNotContain(stray, world.Engine.Stops.Concat(world.Engine.Removes));
        world.Jump(TimeSpan.FromMinutes(1));
        await world.Until(() => world.Engine.Removes.Contains(stray), "the removal of the orphan");
        Assert.Equal(TaskPhase.Running, (await world.Row(task)).Phase);
        world.Engine.Finish(World.Attempt(task));
        await world.Ended(task);
        await world.NothingLeft();
    }

    [Fact]
    public async Task An_engine_that_carries_the_mark_of_another_cell_is_refused_in_words_and_not_touched()
    {
        var task = await world.Running("wait");
        await world.Kill();
        await world.Engine.Mark("cell-9/of-somebody-else", CancellationToken.None);
        var removes = world.Engine.Removes.Count;

        await world.StartSilo();
        var waiting = await world.Submit("true");
        await world.Until(async () => await world.Placement.Cells() is [{ EngineUp: false } cell] && cell.State.Contains("carries the identity mark cell-9/of-somebody-else", StringComparison.Ordinal), "the refusal");

        await world.Until(async () => await world.Placement.Why(waiting.Value) is { } why && why.Contains("carries the identity mark", StringComparison.Ordinal), "the reason on the waiting task");
        Assert.Equal("cell-9/of-somebody-else", (await world.Engine.Describe(CancellationToken.None)).Marker);
        Assert.Equal(removes, world.Engine.Removes.Count);
        Assert.Equal(TaskPhase.Running, (await world.Row(task)).Phase);
        Assert.NotEmpty(world.Log.Errors);
    }

    [Fact]
    public async Task A_cell_that_lost_its_journal_keeps_what_runs_and_proves_nothing_about_the_rest()
    {
        var runs = await world.Running("wait");
        world.Silo.Fate.DieAt("write task", after: true, nth: 2);
        var placed = await world.Submit("true");
        await world.Until(() => world.Silo.Fate.Died.IsCompleted, "the death after the placement");
        await world.Kill();
        Directory.Delete(Path.Combine(world.Folder, "cell"), recursive: true);

        await world.StartSilo();
        var moved = await world.Ended(placed);
        world.Engine.Finish(World.Attempt(runs), 6);
        var kept = await world.Ended(runs);

        Assert.Equal((TaskPhase.Succeeded, 1), (moved.Phase, moved.Counters.Losses));
        Assert.Equal((6, 1), (kept.ExitCode, kept.Attempt));
        await world.NothingLeft();
    }
}
