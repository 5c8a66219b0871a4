using System.Diagnostics;
using Granary.Core.Cells;
using Granary.Core.Runtime;

namespace Granary.Runtime.Conformance;

/// <summary>The duties of an <see cref="IContainerRuntime"/> while its engine is up: the life of a container.</summary>
public abstract partial class RuntimeConformance : ConformanceSuite, IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => RemoveAll();

    [Fact]
    public async Task A_new_container_stands_ready_and_has_not_run()
    {
        var attempt = await Created(new Behaviour.Exits(0));

        var report = await Found(attempt);

        Assert.Equal(new ContainerReport(attempt.ContainerName, Cell, attempt, ContainerPhase.Created), report);
    }

    [Fact]
    public async Task Creating_again_finds_the_container()
    {
        var attempt = await Created(new Behaviour.Exits(0));

        var again = await Runtime.Create(Spec(attempt, new Behaviour.Exits(0)), default);

        var found = Assert.IsType<CreateOutcome.Found>(again);
        Assert.Equal(await Found(attempt), found.Report);
    }

    [Fact]
    public async Task Creating_again_after_the_end_finds_the_container_with_its_exit_status()
    {
        var attempt = await Started(new Behaviour.Exits(5));
        var end = await Ended(attempt);

        var again = await Runtime.Create(Spec(attempt, new Behaviour.Exits(5)), default);

        var found = Assert.IsType<CreateOutcome.Found>(again);
        Assert.Equal(end, found.Report);
    }

    [Fact]
    public async Task A_stranger_with_our_name_is_told_and_never_touched()
    {
        var attempt = NewAttempt();
        await Engine.TakeName(attempt);
        try
        {
            var outcome = await Runtime.Create(Spec(attempt, new Behaviour.Exits(0)), default);
            await Runtime.Stop(attempt, TimeSpan.FromSeconds(1), default);
            await Runtime.Remove(attempt, default);

            Assert.NotEmpty(Assert.IsType<CreateOutcome.NameTaken>(outcome).By);
            Assert.Null(await Runtime.Find(attempt, default));
            Assert.True(await Engine.IsNameTaken(attempt));
        }
        finally
        {
            await Engine.FreeName(attempt);
        }
    }

    [Fact]
    public async Task The_same_attempt_of_another_cell_has_our_name_but_is_not_ours()
    {
        var attempt = await Created(new Behaviour.Exits(0));

        var outcome = await Runtime.Create(Engine.Spec(new CellId("elsewhere"), attempt, new Behaviour.Exits(0)), default);

        Assert.IsType<CreateOutcome.NameTaken>(outcome);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public async Task The_exit_status_is_kept(int code)
    {
        var attempt = await Started(new Behaviour.Exits(code));

        var end = await Ended(attempt);

        Assert.Equal(ContainerPhase.Exited, end.Phase);
        Assert.Equal(code, end.ExitCode);
        Assert.False(end.OutOfMemory);
        Assert.True(end.StartedAt <= end.FinishedAt, $"started at {end.StartedAt:O}, finished at {end.FinishedAt:O}");
    }

    [Fact]
    public async Task Waiting_may_be_repeated_and_finding_says_the_same()
    {
        var attempt = await Started(new Behaviour.Exits(3));

        var first = await Ended(attempt);
        var second = await Ended(attempt);

        Assert.Equal(first, second);
        Assert.Equal(first, await Found(attempt));
    }

    [Fact]
    public async Task Many_may_wait_for_one_end()
    {
        var attempt = await Waiting(new Behaviour.WaitsThenExits(4));
        var waits = Enumerable.Range(0, 5).Select(_ => Runtime.Wait(attempt, default)).ToList();

        await Runtime.Stop(attempt, Patience.Limit / 2, default);

        Assert.All(await Patience.Await(Task.WhenAll(waits), "five waits for one end"), end => Assert.Equal(4, end.ExitCode));
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_the_container_runs_on()
    {
        var attempt = await Waiting(new Behaviour.Waits());
        using var cancellation = new CancellationTokenSource();
        var wait = Runtime.Wait(attempt, cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Patience.Await(wait, "the cancelled wait"));
        Assert.Equal(ContainerPhase.Running, (await Found(attempt)).Phase);
    }

    [Fact]
    public async Task Starting_a_running_container_changes_nothing()
    {
        var attempt = await Waiting(new Behaviour.Waits());
        var before = await Found(attempt);

        await Start(attempt);

        Assert.Equal(ContainerPhase.Running, before.Phase);
        Assert.Equal(before, await Found(attempt));
    }

    [Fact]
    public async Task A_container_that_ended_is_never_started_again()
    {
        var attempt = await Started(new Behaviour.Prints(["once"], []));
        var end = await Ended(attempt);

        await Start(attempt);

        Assert.Equal(end, await Found(attempt));
        Assert.Equal(["once"], Texts(await ReadAll(await Open(attempt)), OutputStream.Out));
    }

    [Fact]
    public async Task Nothing_is_found_where_nothing_is()
    {
        Assert.Null(await Runtime.Find(NewAttempt(), default));
        Assert.Empty(await Runtime.List(Cell, default));
    }

    [Fact]
    public async Task A_list_holds_the_containers_of_its_cell_only()
    {
        var ready = await Created(new Behaviour.Exits(0));
        var running = await Waiting(new Behaviour.Waits());
        var ended = await Started(new Behaviour.Exits(6));
        await Ended(ended);
        var foreign = NewAttempt();
        await Runtime.Create(Engine.Spec(new CellId($"{Cell}-other"), foreign, new Behaviour.Exits(0)), default);

        var list = await Runtime.List(Cell, default);

        Assert.Equal(3, list.Count);
        Assert.Equal(await Found(ready), list.Single(report => report.Attempt == ready));
        Assert.Equal(await Found(running), list.Single(report => report.Attempt == running));
        Assert.Equal(await Found(ended), list.Single(report => report.Attempt == ended));
    }

    [Fact]
    public async Task A_running_container_can_be_removed_and_its_name_is_free_again()
    {
        var attempt = await Waiting(new Behaviour.WaitsIgnoringTerm());

        await Runtime.Remove(attempt, default);

        Assert.Null(await Runtime.Find(attempt, default));
        Assert.Empty(await Runtime.List(Cell, default));
        Assert.IsType<CreateOutcome.Created>(await Runtime.Create(Spec(attempt, new Behaviour.Exits(0)), default));
    }

    [Fact]
    public async Task Removing_twice_is_fine_and_removing_nothing_too()
    {
        var attempt = await Started(new Behaviour.Exits(0));
        await Ended(attempt);

        await Runtime.Remove(attempt, default);
        await Runtime.Remove(attempt, default);
        await Runtime.Remove(NewAttempt(), default);

        Assert.Null(await Runtime.Find(attempt, default));
    }

    [Fact]
    public async Task A_command_that_does_not_exist_cannot_be_started_and_has_not_run()
    {
        var attempt = await Created(new Behaviour.HasNoCommand());

        var first = await Runtime.Start(attempt, default);
        var second = await Runtime.Start(attempt, default);

        Assert.NotEmpty(Assert.IsType<StartOutcome.Impossible>(first).Reason);
        Assert.IsType<StartOutcome.Impossible>(second);
        var report = await Found(attempt);
        Assert.Equal(ContainerPhase.Created, report.Phase);
        Assert.Null(report.StartedAt);
    }

    [Fact]
    public async Task An_image_that_does_not_exist_makes_no_container()
    {
        var attempt = NewAttempt();

        var outcome = await Runtime.Create(Spec(attempt, new Behaviour.HasNoImage()), default);

        Assert.NotEmpty(Assert.IsType<CreateOutcome.Impossible>(outcome).Reason);
        Assert.Null(await Runtime.Find(attempt, default));
    }

    [Fact]
    public async Task A_process_that_takes_more_than_its_memory_is_killed_and_the_report_says_why()
    {
        var attempt = await Started(new Behaviour.EatsMemory());

        var end = await Ended(attempt);

        Assert.Equal(137, end.ExitCode);
        Assert.True(end.OutOfMemory);
    }

    [Fact]
    public async Task The_engine_is_described_by_what_it_has()
    {
        var view = await Runtime.Describe(default);

        Assert.NotEmpty(view.Name);
        Assert.NotEmpty(view.Version);
        Assert.True(view.MemoryMb > 0, "memory");
        Assert.True(view.DiskMb > 0, "disk");
        Assert.True(view.Cpus > 0, "cpus");
    }

    [Fact]
    public async Task A_living_engine_gives_signs_of_life_that_rise()
    {
        var first = await Runtime.Probe(default);
        var second = await Runtime.Probe(default);

        Assert.NotNull(first.Process);
        Assert.Equal(first.Process, second.Process);
        Assert.Equal(first.StartedAt, second.StartedAt);
        Assert.True(first.StartedAt < first.OpenedAt, "the engine answers after it started");
        Assert.True(first.OpenedAt <= first.AnsweredAt && first.AnsweredAt < second.OpenedAt, "instants rise");
        Assert.False(Runtime.IsGone(first.Process));
    }

    [Fact]
    public async Task What_a_running_container_uses_is_measured()
    {
        var created = await Created(new Behaviour.Works());
        var attempt = await Waiting(new Behaviour.Works());
        var first = await MoreThan(TimeSpan.Zero);
        var later = await MoreThan(first.CpuTime);

        Assert.True(later.At > first.At);
        Assert.Equal(first.StartedAt, later.StartedAt);
        Assert.True(later.CpuTime <= 4 * (later.At - later.StartedAt), $"{later.CpuTime} within {later.At - later.StartedAt}");
        Assert.InRange(later.MemoryBytes, 1, 64 << 20);
        Assert.InRange(later.DiskBytes, 4 << 20, 64 << 20);
        Assert.Null(await Runtime.Usage(created, default));
        await Runtime.Stop(attempt, TimeSpan.Zero, default);
        Assert.Null(await Runtime.Usage(attempt, default));
        Assert.Null(await Runtime.Usage(NewAttempt(), default));

        async Task<ContainerUsage> MoreThan(TimeSpan work)
        {
            ContainerUsage? usage = null;
            await Testing.Waiting.Until(async () => (usage = await Runtime.Usage(attempt, default))?.CpuTime > work, $"more work than {work}", Patience.Limit);
            return usage!;
        }
    }

    [Fact]
    public async Task SIGTERM_ends_a_process_without_a_handler()
    {
        var attempt = await Waiting(new Behaviour.Waits());

        await Runtime.Stop(attempt, Patience.Limit / 2, default);

        Assert.Equal(143, (await Found(attempt)).ExitCode);
    }

    [Fact]
    public async Task A_handler_of_SIGTERM_chooses_the_exit_status()
    {
        var attempt = await Waiting(new Behaviour.WaitsThenExits(7));

        await Runtime.Stop(attempt, Patience.Limit / 2, default);

        Assert.Equal(7, (await Found(attempt)).ExitCode);
    }

    [Fact]
    public async Task A_process_that_ignores_SIGTERM_is_killed_after_the_grace()
    {
        var attempt = await Waiting(new Behaviour.WaitsIgnoringTerm());
        var grace = TimeSpan.FromSeconds(1);
        var began = Stopwatch.GetTimestamp();

        await Runtime.Stop(attempt, grace, default);

        var end = await Found(attempt);
        Assert.Equal(137, end.ExitCode);
        Assert.False(end.OutOfMemory);
        // Clocks of the engine and of this process may disagree by the resolution of a timer.
        Assert.True(Stopwatch.GetElapsedTime(began) > grace * 0.9, "it had its grace");
    }

    [Fact]
    public async Task Stopping_what_does_not_run_changes_nothing()
    {
        var ready = await Created(new Behaviour.Exits(0));
        var ended = await Started(new Behaviour.Exits(2));
        var end = await Ended(ended);

        await Runtime.Stop(ready, TimeSpan.FromSeconds(1), default);
        await Runtime.Stop(ended, TimeSpan.FromSeconds(1), default);
        await Runtime.Stop(NewAttempt(), TimeSpan.FromSeconds(1), default);

        Assert.Equal(ContainerPhase.Created, (await Found(ready)).Phase);
        Assert.Equal(end, await Found(ended));
    }
}
