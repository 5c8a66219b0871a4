using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Runtime.Conformance;

/// <summary>What the fake promises to tests beyond the port.</summary>
public sealed class FakeRuntimeTests
{
    private static readonly CellId Cell = new("cell-1");
    private readonly StoppedClock clock = new();
    private readonly FakeRuntime runtime;

    public FakeRuntimeTests() => runtime = new FakeRuntime(clock, memoryMb: 512, diskMb: 2048);

    [Fact]
    public async Task Many_lives_go_side_by_side_and_each_ends_once()
    {
        const int Lives = 20_000;
        var keys = Enumerable.Range(0, Lives).Select(_ => NewAttempt()).ToList();

        await Parallel.ForEachAsync(keys, async (attempt, cancellation) =>
        {
            await Create(attempt, "print hello; exit 3");
            await runtime.Start(attempt, cancellation);
            var end = await runtime.Wait(attempt, cancellation);
            await runtime.Remove(attempt, cancellation);
            Assert.Equal(3, end.ExitCode);
        });

        Assert.Equal(Lives, runtime.Starts.Distinct().Count());
        Assert.Equal(Lives, runtime.Starts.Count);
        Assert.Equal(Lives, runtime.Removes.Count);
        Assert.Empty(runtime.Containers);
    }

    [Fact]
    public async Task Held_starts_take_effect_in_the_order_in_which_they_came()
    {
        var keys = Enumerable.Range(0, 10).Select(_ => NewAttempt()).ToList();
        runtime.HoldStarts();
        var calls = new List<Task<StartOutcome>>();
        foreach (var attempt in keys)
        {
            await Create(attempt, "hold");
            calls.Add(runtime.Start(attempt, default));
        }

        var startsWhileHeld = runtime.Starts;
        runtime.ReleaseStarts();
        await Task.WhenAll(calls);

        Assert.Empty(startsWhileHeld);
        Assert.Equal(keys, runtime.Starts);
        Assert.Equal(new CellCapacity(640, 640), runtime.Peak);
    }

    [Fact]
    public async Task A_held_process_ends_when_the_test_says_so()
    {
        var attempt = await Started("hold");
        var wait = runtime.Wait(attempt, default);

        runtime.Print(attempt, OutputStream.Error, "late");
        runtime.Finish(attempt, 4);

        Assert.Equal(4, (await wait).ExitCode);
    }

    [Fact]
    public async Task A_lost_answer_leaves_its_effect()
    {
        var attempt = NewAttempt();
        await Create(attempt, "hold");
        runtime.LoseAnswer(RuntimeCall.Start);

        await Assert.ThrowsAsync<EngineUnavailableException>(() => runtime.Start(attempt, default));

        Assert.Equal([attempt], runtime.Starts);
        Assert.IsType<StartOutcome.Started>(await runtime.Start(attempt, default));
        Assert.Equal([attempt], runtime.Starts);
    }

    [Fact]
    public async Task Without_live_restore_survivors_end_between_the_start_and_the_first_answer_of_the_new_process()
    {
        var attempt = await Started("wait then exit 0 on TERM");
        var record = EngineRecord.Empty.Answered(await runtime.Probe(default));

        runtime.GoAway();
        runtime.ComeBack();

        var answer = await runtime.Probe(default);
        var end = await runtime.Wait(attempt, default);
        Assert.Equal(0, end.ExitCode);
        Assert.True(answer.StartedAt < end.FinishedAt, "after the start");
        Assert.True(end.FinishedAt < answer.AnsweredAt, "before the first answer");
        Assert.NotNull(record.Answered(answer).DoubtAbout(end.FinishedAt!.Value));
    }

    [Fact]
    public async Task With_live_restore_survivors_run_on()
    {
        var attempt = await Started("hold");
        var before = await runtime.Find(attempt, default);

        runtime.GoAway();
        runtime.ComeBack(liveRestore: true);

        Assert.Equal(before, await runtime.Find(attempt, default));
    }

    [Fact]
    public async Task A_process_that_ends_while_its_engine_is_absent_ends_by_itself()
    {
        var attempt = await Started("hold");
        var answer = await runtime.Probe(default);
        var record = EngineRecord.Empty.Answered(answer);
        runtime.GoAway();
        clock.Advance();
        record = record.Gone(answer.Process!, clock.GetUtcNow());
        clock.Advance();

        runtime.Finish(attempt, 3);
        clock.Advance();
        record = record.Gone(answer.Process!, clock.GetUtcNow());
        runtime.ComeBack();

        record = record.Answered(await runtime.Probe(default));
        var end = await runtime.Find(attempt, default);
        Assert.Equal(3, end!.ExitCode);
        Assert.Null(record.DoubtAbout(end.FinishedAt!.Value));
    }

    [Fact]
    public async Task An_engine_that_is_asked_to_stop_takes_its_containers_along()
    {
        var attempt = await Started("wait then exit 0 on TERM");
        var record = EngineRecord.Empty.Answered(await runtime.Probe(default));
        var wait = runtime.Wait(attempt, default);

        runtime.GoAway(Departure.Stopped);
        runtime.ComeBack(liveRestore: true);

        await Assert.ThrowsAsync<EngineUnavailableException>(() => wait);
        var end = await runtime.Find(attempt, default);
        Assert.Equal(0, end!.ExitCode);
        Assert.NotNull(record.Answered(await runtime.Probe(default)).DoubtAbout(end.FinishedAt!.Value));
    }

    [Fact]
    public async Task An_engine_that_was_cut_off_is_not_gone_and_comes_back_the_same()
    {
        var attempt = await Started("hold");
        var process = (await runtime.Probe(default)).Process!;

        runtime.GoAway(Departure.CutOff);
        var isGone = runtime.IsGone(process);
        runtime.ComeBack(sameProcess: true);

        Assert.False(isGone);
        Assert.Equal(process, (await runtime.Probe(default)).Process);
        Assert.Equal(ContainerPhase.Running, (await runtime.Find(attempt, default))!.Phase);
    }

    [Fact]
    public async Task A_wiped_engine_has_neither_containers_nor_marker()
    {
        await Started("hold");
        await runtime.Mark("mine", default);
        var process = (await runtime.Probe(default)).Process!;

        runtime.Wipe();

        Assert.Null((await runtime.Describe(default)).Marker);
        Assert.Empty(await runtime.List(Cell, default));
        Assert.True(runtime.IsGone(process));
    }

    [Fact]
    public async Task A_test_can_wait_for_a_start_and_for_a_removal()
    {
        var attempt = NewAttempt();
        var started = runtime.WhenStarted(attempt, default);
        var removed = runtime.WhenRemoved(attempt, default);
        await Create(attempt, "true");

        Assert.False(started.IsCompleted);
        await runtime.Start(attempt, default);
        await started;
        Assert.False(removed.IsCompleted);
        await runtime.Remove(attempt, default);
        await removed;
        Assert.Equal([attempt], runtime.Creates);
    }

    private static AttemptKey NewAttempt() => new(Guid.NewGuid(), 1);

    private async Task<AttemptKey> Started(string script)
    {
        var attempt = NewAttempt();
        await Create(attempt, script);
        await runtime.Start(attempt, default);
        return attempt;
    }

    private Task<CreateOutcome> Create(AttemptKey attempt, string script) => runtime.Create(
        new ContainerSpec(
            Cell,
            attempt,
            new ContainerSource("stack", null),
            ["sh", "-c", script],
            User: null,
            WorkingDirectory: "/",
            ImmutableSortedDictionary<string, string>.Empty,
            new ContainerLimits(MemoryMb: 64, DiskMb: 64, ContainerLimits.CpuSharesFor(64), ContainerLimits.DefaultPids),
            ContainerNetwork.None,
            StopGrace: TimeSpan.FromSeconds(10)),
        default);

    private sealed class StoppedClock : TimeProvider
    {
        private DateTimeOffset now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => now;

        public void Advance() => now += TimeSpan.FromSeconds(1);
    }
}
