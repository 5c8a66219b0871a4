using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Runtime.Conformance;

/// <summary>The duties of an <see cref="IContainerRuntime"/> when its engine is new, goes away and comes back.</summary>
public abstract class EngineConformance : ConformanceSuite, IAsyncLifetime
{
    /// <summary>"Bounded time" of duty 3, generous for a machine under full load.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    protected abstract IMortalEngine Mortal { get; }

    protected override IEngineUnderTest Engine => Mortal;

    public Task InitializeAsync() => Mortal.Begin();

    public async Task DisposeAsync() => await Mortal.DisposeAsync();

    [Fact]
    public async Task The_marker_is_absent_then_written_then_replaced_and_outlives_the_engines_process()
    {
        var fresh = await Runtime.Describe(default);
        await Runtime.Mark("first", default);
        var marked = await Runtime.Describe(default);
        await Runtime.Mark("second", default);
        var replaced = await Runtime.Describe(default);
        await Mortal.GoAway();
        await Mortal.ComeBack();
        var later = await Runtime.Describe(default);

        Assert.Null(fresh.Marker);
        Assert.Equal("first", marked.Marker);
        Assert.Equal("second", replaced.Marker);
        Assert.Equal("second", later.Marker);
    }

    [Fact]
    public async Task While_the_engine_is_gone_no_call_gets_an_answer_and_afterwards_all_work_again()
    {
        var attempt = await Waiting(new Behaviour.Waits());
        var ended = await Started(new Behaviour.Exits(9));
        await Ended(ended);
        var process = (await Runtime.Probe(default)).Process!;
        var wait = Runtime.Wait(attempt, default);
        var output = ReadAll(await Open(attempt));

        await Mortal.GoAway();

        Assert.True(Runtime.IsGone(process));
        await Unavailable(() => wait, "a pending wait");
        await Unavailable(() => output, "a pending output");
        await Unavailable(() => Runtime.Describe(default), "describe");
        await Unavailable(() => Runtime.Mark("x", default), "mark");
        await Unavailable(() => Runtime.Probe(default), "probe");
        await Unavailable(() => Runtime.Create(Spec(NewAttempt(), new Behaviour.Exits(0)), default), "create");
        await Unavailable(() => Runtime.Start(attempt, default), "start");
        await Unavailable(() => Runtime.Find(attempt, default), "find");
        await Unavailable(() => Runtime.List(Cell, default), "list");
        await Unavailable(() => ReadOutput(attempt), "open the output");
        await Unavailable(() => Runtime.Wait(ended, default), "wait");
        await Unavailable(() => Runtime.Stop(attempt, TimeSpan.Zero, default), "stop");
        await Unavailable(() => Runtime.Remove(attempt, default), "remove");

        await Mortal.ComeBack();

        var answer = await Runtime.Probe(default);
        Assert.NotEqual(process, answer.Process);
        Assert.True(Runtime.IsGone(process));
        Assert.False(Runtime.IsGone(answer.Process!));
        Assert.Equal(9, (await Ended(ended)).ExitCode);
        Assert.NotNull(await Runtime.Find(attempt, default));
        Assert.Equal(2, (await Runtime.List(Cell, default)).Count);
        Assert.Equal(1, (await Ended(await Started(new Behaviour.Exits(1)))).ExitCode);
        await RemoveAll();
        Assert.Empty(await Runtime.List(Cell, default));
    }

    private async Task ReadOutput(AttemptKey attempt)
    {
        await foreach (var line in await Runtime.OpenOutput(attempt, OutputMarks.Start, default))
        {
            Assert.Fail($"The engine is gone, but a line came: {Text(line)}");
        }
    }

    private static async Task Unavailable(Func<Task> call, string what)
    {
        var task = call();
        var first = await Task.WhenAny(task, Task.Delay(Bound));

        Assert.True(first == task, $"No end within {Bound.TotalSeconds} s while the engine is gone: {what}.");
        var thrown = await Record.ExceptionAsync(() => task);
        Assert.True(thrown is EngineUnavailableException, $"{what}: {thrown?.ToString() ?? "an answer"}");
    }
}
