using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Tests.Worlds;
using Granary.Testing;

namespace Granary.Grains.Tests;

/// <summary>Every way in which a task ends as told.</summary>
public sealed class LifeTests : IAsyncLifetime
{
    private World world = null!;

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task A_life_without_trouble_takes_three_durable_writes_of_the_task()
    {
        var task = await world.Submit("print hello; exit 0");

        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Succeeded, 0, 1), (ended.Phase, ended.ExitCode, ended.Attempt));
        Assert.Equal(3, world.Silo.Fate.Count("write task"));
        await world.NothingLeft();
        Assert.Empty(world.Log.Errors);
    }

    [Theory]
    [InlineData("exit 3", 3, "APP/TASK/named: Exited with status 3")]
    [InlineData("oom", 137, "APP/TASK/named: Exited with status 137 (out of memory)")]
    [InlineData("missing command", null, "the command does not exist")]
    [InlineData("missing image", null, "there is no image docker.io/granary/busybox:test")]
    public async Task What_goes_wrong_in_the_task_itself_ends_it_with_the_reason(string command, int? code, string reason)
    {
        var task = await world.Submit(command, submission => submission with { Name = "named", NamesItself = true });

        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Failed, code, reason), (ended.Phase, ended.ExitCode, ended.FailureReason));
        Assert.Equal(1, ended.Attempt);
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_deadline_stops_what_runs()
    {
        var task = await world.Running("wait", submission => submission with { DeadlineSeconds = 5 });

        var ended = await world.Ended(task);

        Assert.Equal("deadline of 5 s passed", ended.FailureReason);
        Assert.InRange(world.Clock.GetUtcNow(), A.At(5), A.At(9));
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_deadline_ends_what_waits()
    {
        var first = await world.Running("wait", submission => submission with { MemoryMb = 256 });
        var task = await world.Submit("true", submission => submission with { DeadlineSeconds = 5 });

        var ended = await world.Ended(task);

        Assert.Equal(("deadline of 5 s passed", 0), (ended.FailureReason, ended.Attempt));
        await world.Until(async () => await world.Placement.Why(task.Value) is null, "the queue without the ended task");
        world.Engine.Finish(World.Attempt(first));
        await world.Ended(first);
    }

    [Fact]
    public async Task A_task_cancelled_while_it_waits_never_starts()
    {
        var first = await world.Running("wait", submission => submission with { MemoryMb = 256 });
        var task = await world.Submit("true");

        var answer = await world.Grain(task).Cancel();

        Assert.Equal((TaskPhase.Failed, TaskMachine.Cancelled), (answer.Value!.Phase, answer.Value.FailureReason));
        await world.Until(async () => await world.Placement.Why(task.Value) is null, "the queue without the cancelled task");
        world.Engine.Finish(World.Attempt(first));
        await world.Ended(first);
        await world.NothingLeft();
        Assert.Equal([World.Attempt(first)], world.Engine.Starts);
    }

    [Theory]
    [InlineData("wait", 143)]
    [InlineData("wait then exit 0 on TERM", 0)]
    [InlineData("wait ignoring TERM", 137)]
    public async Task A_task_cancelled_while_it_runs_fails_whatever_its_code(string command, int code)
    {
        var task = await world.Running(command);

        var answer = await world.Grain(task).Cancel();
        var ended = await world.Ended(task);

        Assert.Equal(TaskPhase.Canceling, answer.Value!.Phase);
        Assert.Equal((TaskPhase.Failed, TaskMachine.Cancelled, code), (ended.Phase, ended.FailureReason, ended.ExitCode));
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_command_that_ended_before_the_stop_reached_it_keeps_its_outcome()
    {
        var task = await world.Running("wait");
        world.Silo.Calls.Lose($"{nameof(ICellGrain)}.{nameof(ICellGrain.Order)}");

        await world.Grain(task).Cancel();
        world.Engine.Finish(World.Attempt(task));

        Assert.Equal(TaskPhase.Succeeded, (await world.Ended(task)).Phase);
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_task_cancelled_while_its_start_is_under_way_ends()
    {
        world.Engine.HoldStarts();
        var task = await world.Submit("wait");
        await world.Until(() => world.Engine.HeldStartCount == 1, "the start at the engine");

        await world.Grain(task).Cancel();
        world.Engine.ReleaseStarts();

        Assert.Equal(TaskMachine.Cancelled, (await world.Ended(task)).FailureReason);
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_task_submitted_while_the_engine_is_away_waits_says_why_and_runs()
    {
        world.Engine.GoAway();
        await world.Until(async () => (await world.Placement.Cells())[0] is { EngineUp: false }, "the cell's word that its engine is away");
        var task = await world.Submit("true");
        await world.Let(TimeSpan.FromSeconds(5));

        var why = await world.Placement.Why(task.Value);
        world.Engine.ComeBack();
        var ended = await world.Ended(task);

        Assert.Equal("cell-1 takes nothing: its engine does not answer: The engine does not answer.", why);
        Assert.Equal((TaskPhase.Succeeded, 1), (ended.Phase, ended.Attempt));
        await world.NothingLeft();
    }

    [Fact]
    public async Task An_engine_that_goes_away_under_a_placed_task_moves_it_without_a_loss()
    {
        world.Engine.GoAway(); // Placement has not heard of it yet.
        var task = await world.Submit("true");
        await world.Until(async () => (await world.Row(task)).Counters.Moves > 0, "the cell's refusal");

        world.Engine.ComeBack();
        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Succeeded, 0), (ended.Phase, ended.Counters.Losses));
        Assert.Equal([World.Attempt(task, ended.Attempt)], world.Engine.Starts);
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_name_taken_by_a_stranger_is_left_alone_and_the_attempt_is_declined()
    {
        var first = await world.Running("wait", submission => submission with { MemoryMb = 256 });
        var task = await world.Submit("true");
        world.Engine.TakeName(World.Attempt(task), "somebody's database");

        world.Engine.Finish(World.Attempt(first));
        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Succeeded, 2, 1), (ended.Phase, ended.Attempt, ended.Counters.Moves));
        Assert.Contains(ended.Story.Entries, each => each.Text.Contains("its container's name is taken by somebody's database", StringComparison.Ordinal));
        Assert.True(world.Engine.IsNameTaken(World.Attempt(task)));
        await world.NothingLeft();
    }

    [Fact]
    public async Task Retries_of_a_task_are_its_own_and_backed_off()
    {
        var task = await world.Submit("exit 1", submission => submission with { RetriesMax = 2 });

        var ended = await world.Ended(task);

        Assert.Equal((3, 2, TaskPhase.Failed), (ended.Attempt, ended.Counters.Failures, ended.Phase));
        Assert.True(world.Clock.GetUtcNow() >= A.At(2), "two delays of at least 0.75 and 1.5 s");
        await world.NothingLeft();
    }

    [Fact]
    public async Task A_submit_repeated_makes_one_task()
    {
        var task = await world.Submit("true");
        var again = await world.Grain(task).Submit(world.App, new TaskSubmission { Command = "exit 3" });
        await world.Ended(task);

        Assert.Equal(("true", task), (again.Value!.Spec!.Command, again.Value.Id));
        Assert.Single(world.Engine.Starts);
    }
}
