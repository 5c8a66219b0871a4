using System.Diagnostics;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Docker.Tests;

public class MortalEngineTests : IAsyncLifetime
{
    private PrivateEngine? engine;
    private Cell? cell;

    private PrivateEngine Engine => engine!;

    private Cell Cell => cell!;

    public async Task InitializeAsync()
    {
        engine = await PrivateEngine.StartAsync($"dm-{Guid.NewGuid():N}"[..9], new PrivateEngineOptions(Network: false));
        await engine.LoadBusybox();
        cell = new Cell(engine);
    }

    public async Task DisposeAsync()
    {
        // The engine may be gone, and its containers with it: what is left goes with its folder.
        Cell.Runtime.Dispose();
        Cell.Client.Dispose();
        await Engine.DisposeAsync();
    }

    [Fact]
    public async Task The_engines_process_is_seen_with_its_start_and_its_absence()
    {
        var first = await Cell.Runtime.Probe(default);
        var startedAt = Process.GetProcessById(Engine.Pid).StartTime.ToUniversalTime();
        await Engine.Kill();
        var isGone = Cell.Runtime.IsGone(first.Process!);
        await Engine.Restart();
        var second = await Cell.Runtime.Probe(default);

        Assert.Contains($"/{Engine.Pid}/", second.Process, StringComparison.Ordinal);
        Assert.InRange((first.StartedAt!.Value - startedAt).TotalMilliseconds, -50, 50);
        Assert.True(isGone);
        Assert.True(Cell.Runtime.IsGone(first.Process!));
        Assert.False(Cell.Runtime.IsGone(second.Process!));
        Assert.True(second.StartedAt > first.AnsweredAt);
    }

    [Fact]
    public async Task After_SIGTERM_no_fresh_connection_is_answered_before_containers_end()
    {
        var attempt = await Cell.Started(Cell.Image("trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done"));
        await Ready(attempt);
        var record = EngineRecord.Empty;
        record = await Look(record);
        var stop = Engine.Stop();
        while (!stop.IsCompleted)
        {
            record = await Look(record);
        }

        await stop;
        await Engine.Restart();
        var report = await Cell.Runtime.Wait(attempt, default).WaitAsync(Cell.Patience);

        Assert.Equal(0, report.ExitCode);
        Assert.NotNull(record.DoubtAbout(report.FinishedAt!.Value));
    }

    [Fact]
    public async Task A_wait_and_an_output_break_when_the_engine_is_killed_and_the_output_goes_on_later()
    {
        var attempt = await Cell.Created(Cell.Image("for n in 1 2 3; do echo $n; done; sleep 1000"));
        var output = (await Cell.Runtime.OpenOutput(attempt, OutputMarks.Start, default)).GetAsyncEnumerator();
        await Cell.Runtime.Start(attempt, default);
        Assert.True(await output.MoveNextAsync());
        await Stored(attempt, lines: 3);
        var wait = Cell.Runtime.Wait(attempt, default);

        await Engine.Kill();

        await Assert.ThrowsAsync<EngineUnavailableException>(() => wait.WaitAsync(Cell.Patience));
        await Assert.ThrowsAsync<EngineUnavailableException>(async () =>
        {
            while (await output.MoveNextAsync())
            {
            }
        });
        await output.DisposeAsync();
        await Engine.Restart();
        var rest = new List<OutputLine>();
        await foreach (var line in await Cell.Runtime.OpenOutput(attempt, new OutputMarks(new OutputPosition(1, 0), ""), default))
        {
            rest.Add(line);
        }

        Assert.Equal("2\n3\n", Cell.Text(rest, OutputStream.Out));
        Assert.Equal(ContainerPhase.Exited, (await Cell.Runtime.Wait(attempt, default)).Phase);
    }

    private async Task<EngineRecord> Look(EngineRecord record)
    {
        try
        {
            var answer = await Cell.Runtime.Probe(default);
            return record.Answered(answer);
        }
        catch (EngineUnavailableException)
        {
            return record;
        }
    }

    private Task Ready(AttemptKey attempt) => Stored(attempt, lines: 1);

    /// <summary>Returns when the engine's own copy holds so many lines.</summary>
    private async Task Stored(AttemptKey attempt, int lines)
    {
        await foreach (var line in await Cell.Runtime.OpenOutput(attempt, OutputMarks.Start, default))
        {
            if (--lines == 0)
            {
                return;
            }
        }
    }
}
