using Granary.Core.Tasks;
using Granary.Grains.Tests.Worlds;

namespace Granary.Grains.Tests;

/// <summary>The database refuses, forgets to answer, or is away.</summary>
public sealed class StorageFaultTests : IAsyncLifetime
{
    private World world = null!;

    public async Task InitializeAsync() => world = await World.Begin();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    public async Task A_submit_whose_write_failed_decides_nothing_and_may_be_repeated(int sequence, bool wasWritten)
    {
        world.Silo.Fate.Fail("write task", wasWritten);
        var task = new TaskId(Guid.NewGuid());
        var submission = new TaskSubmission { Command = "true", MemoryMb = 64, DiskMb = 64 };

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => world.Grain(task).Submit(world.App, submission));
        Assert.True(Faults.Pass(fault));
        var answer = await world.Grain(task).Submit(world.App, submission);
        var ended = await world.Ended(task);

        Assert.InRange(answer.Value!.SequenceId, sequence, sequence + 1);
        Assert.Equal((TaskPhase.Succeeded, 1), (ended.Phase, ended.Attempt));
        Assert.Single(world.Engine.Starts);
        await world.NothingLeft();
    }

    [Theory]
    [InlineData("write task", false)]
    [InlineData("write task", true)]
    [InlineData("row", false)]
    [InlineData("current", false)]
    [InlineData("cursor", false)]
    [InlineData("log", false)]
    [InlineData("log", true)]
    [InlineData("note Starting", false)]
    [InlineData("note StartOrdered", false)]
    [InlineData("note StartOrdered", true)]
    [InlineData("note Ended", true)]
    [InlineData("forget", false)]
    public async Task One_failed_call_after_the_submit_harms_nobody(string call, bool tookEffect)
    {
        var blocker = await world.Running("wait", submission => submission with { MemoryMb = 256 });
        var task = await world.Submit("print one; exit 3");
        await world.Let(TimeSpan.FromSeconds(1));

        world.Silo.Fate.Fail(call, tookEffect);
        world.Engine.Finish(World.Attempt(blocker));
        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Failed, 3), (ended.Phase, ended.ExitCode));
        Assert.Equal(["one", "Exit status 3"], await world.LogOf(task));
        Assert.Single(world.Engine.Starts, each => each.Work == task.Value);
        await world.NothingLeft();
        Assert.Empty(world.Log.Errors);
    }

    /// <summary>Orleans gives calls up that are under way while its directory changes hands, and tells it as a cancellation.</summary>
    [Theory]
    [InlineData("IPlacementGrain.Enqueue")]
    [InlineData("IWorkGrain.Place")]
    [InlineData("ICellGrain.Order")]
    [InlineData("IWorkGrain.Report")]
    public async Task A_call_that_is_given_up_on_its_way_is_made_again(string call)
    {
        world.Silo.Calls.GiveUp(call);

        var task = await world.Submit("print one; exit 3");
        var ended = await world.Ended(task);
        var next = await world.Ended(await world.Submit("exit 4"));

        Assert.Equal((TaskPhase.Failed, 3, 4), (ended.Phase, ended.ExitCode, next.ExitCode));
        Assert.Single(world.Engine.Starts, each => each.Work == task.Value);
        await world.NothingLeft();
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task A_rule_that_would_be_broken_is_told_loudly_although_it_is_tried_again()
    {
        world.Silo.Calls.Break("IWorkGrain.Report");

        var ended = await world.Ended(await world.Submit("exit 3"));

        Assert.Equal(3, ended.ExitCode);
        Assert.Single(world.Log.Errors, each => each.Contains("did not carry out Report", StringComparison.Ordinal) && each.Contains("IWorkGrain.Report would break a rule", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_keeps_an_attempt_and_is_cancelled_though_its_cell_is_served_is_replaced()
    {
        world.Silo.Fate.Fail("note Ended", afterEffect: true, new OperationCanceledException("By nobody."));

        var task = await world.Submit("print one; exit 3");
        var ended = await world.Ended(task);

        Assert.Equal((TaskPhase.Failed, 3, 1), (ended.Phase, ended.ExitCode, ended.Attempt));
        await world.NothingLeft();
    }

    [Fact]
    public async Task After_a_failed_write_the_next_call_sees_what_is_stored()
    {
        var task = await world.Running("wait");
        world.Silo.Fate.Fail("write task", afterEffect: false);

        await Assert.ThrowsAnyAsync<Exception>(() => world.Grain(task).Cancel());

        Assert.Equal(TaskPhase.Running, (await world.Grain(task).Get())!.Phase);
        Assert.Empty(world.Engine.Stops);
        world.Engine.Finish(World.Attempt(task));
        Assert.Equal(TaskPhase.Succeeded, (await world.Ended(task)).Phase);
    }

    [Fact]
    public async Task While_the_database_is_away_what_runs_runs_on_and_every_report_waits()
    {
        var tasks = new[] { await world.Running("print one; wait"), await world.Running("wait"), await world.Running("wait") };
        var waiting = await world.Submit("true", submission => submission with { MemoryMb = 256 });
        await world.Let(TimeSpan.FromSeconds(1));

        world.Silo.Fate.DatabaseIsAway = true;
        world.Engine.Print(World.Attempt(tasks[0]), Core.Runtime.OutputStream.Out, "two");
        world.Engine.Finish(World.Attempt(tasks[0]), 4);
        world.Engine.Finish(World.Attempt(tasks[1]));
        await Assert.ThrowsAnyAsync<Exception>(() => world.Grain(new TaskId(Guid.NewGuid())).Submit(world.App, new TaskSubmission { Command = "true" }));
        await world.Let(TimeSpan.FromSeconds(30));
        Assert.Equal(3, world.Engine.Starts.Count);
        Assert.Single(world.Engine.Containers, each => each.Phase == Core.Runtime.ContainerPhase.Running);

        world.Silo.Fate.DatabaseIsAway = false;
        Assert.Equal(4, (await world.Ended(tasks[0])).ExitCode);
        Assert.Equal(TaskPhase.Succeeded, (await world.Ended(tasks[1])).Phase);
        world.Engine.Finish(World.Attempt(tasks[2]));

        Assert.Equal((TaskPhase.Succeeded, 1), (await world.Ended(waiting) is var last ? last.Phase : default, last.Attempt));
        Assert.Equal(["one", "two", "Exit status 4"], await world.LogOf(tasks[0]));
        Assert.Equal(4, world.Engine.Starts.Count);
        await world.NothingLeft();
        Assert.Empty(world.Log.Errors);
    }

    [Fact]
    public async Task A_placement_that_cannot_read_the_rows_comes_back_with_the_database()
    {
        world.Silo.Fate.DatabaseIsAway = true;
        await world.Silo.Deactivate(world.Placement);
        await world.Let(TimeSpan.FromSeconds(20));
        world.Silo.Fate.DatabaseIsAway = false;

        var task = await world.Submit("true");

        Assert.Equal(TaskPhase.Succeeded, (await world.Ended(task)).Phase);
    }

    [Fact]
    public async Task A_silo_that_starts_without_its_database_adopts_when_it_is_there()
    {
        var task = await world.Running("wait");
        await world.Kill();
        world.Engine.Finish(World.Attempt(task), 3);
        await world.StartSilo();
        world.Silo.Fate.DatabaseIsAway = true;
        await world.Let(TimeSpan.FromSeconds(10));
        world.Silo.Fate.DatabaseIsAway = false;

        Assert.Equal(3, (await world.Ended(task)).ExitCode);
        await world.NothingLeft();
    }
}
