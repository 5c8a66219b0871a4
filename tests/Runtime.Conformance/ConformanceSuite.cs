using System.Text;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;

namespace Granary.Runtime.Conformance;

/// <summary>What the suites share: cells and attempts of their own, and patience that ends.</summary>
public abstract class ConformanceSuite
{
    private readonly List<AttemptKey> attempts = [];
    private PatientRuntime? runtime;

    protected abstract IEngineUnderTest Engine { get; }

    protected IContainerRuntime Runtime => runtime ??= new PatientRuntime(Engine.Runtime);

    protected CellId Cell { get; } = new($"cell-{Guid.NewGuid():N}");

    protected AttemptKey NewAttempt()
    {
        var attempt = new AttemptKey(Guid.NewGuid(), 1);
        attempts.Add(attempt);
        return attempt;
    }

    protected ContainerSpec Spec(AttemptKey attempt, Behaviour behaviour) => Engine.Spec(Cell, attempt, behaviour);

    /// <summary>Creates the container of a new attempt.</summary>
    protected async Task<AttemptKey> Created(Behaviour behaviour)
    {
        var attempt = NewAttempt();
        var outcome = await Runtime.Create(Spec(attempt, behaviour), default);
        Assert.IsType<CreateOutcome.Created>(outcome);
        return attempt;
    }

    /// <summary>Creates and starts the container of a new attempt.</summary>
    protected async Task<AttemptKey> Started(Behaviour behaviour)
    {
        var attempt = await Created(behaviour);
        await Start(attempt);
        return attempt;
    }

    /// <summary>Creates and starts a container that waits, and returns when it is ready for signals.</summary>
    protected async Task<AttemptKey> Waiting(Behaviour behaviour)
    {
        var attempt = await Started(behaviour);
        var output = await Open(attempt);
        await Patience.Await(ReadReady(), "the line that says ready");
        return attempt;

        async Task ReadReady()
        {
            await foreach (var line in output)
            {
                Assert.Equal(Behaviour.Ready, Text(line));
                return;
            }

            Assert.Fail("The container ended before it was ready.");
        }
    }

    protected async Task Start(AttemptKey attempt) =>
        Assert.IsType<StartOutcome.Started>(await Runtime.Start(attempt, default));

    protected Task<ContainerReport> Ended(AttemptKey attempt) => Runtime.Wait(attempt, default);

    protected Task<IAsyncEnumerable<OutputLine>> Open(AttemptKey attempt, OutputMarks? from = null) =>
        Runtime.OpenOutput(attempt, from ?? OutputMarks.Start, default);

    /// <summary>The marks of somebody who took these lines.</summary>
    protected static OutputMarks After(IEnumerable<OutputLine> lines, OutputMarks? from = null)
    {
        var trail = new OutputTrail(from ?? OutputMarks.Start);
        foreach (var line in lines)
        {
            trail.Take(line);
        }

        return trail.Marks;
    }

    protected Task<List<OutputLine>> ReadAll(IAsyncEnumerable<OutputLine> output)
    {
        return Patience.Await(Read(), "the end of an output");

        async Task<List<OutputLine>> Read()
        {
            var lines = new List<OutputLine>();
            await foreach (var line in output)
            {
                lines.Add(line);
            }

            return lines;
        }
    }

    protected async Task<ContainerReport> Found(AttemptKey attempt)
    {
        var report = await Runtime.Find(attempt, default);
        Assert.NotNull(report);
        return report;
    }

    protected static string Text(OutputLine line) => Encoding.UTF8.GetString(line.Text.Span);

    protected static string[] Texts(IEnumerable<OutputLine> lines, OutputStream stream) =>
        [.. lines.Where(line => line.Stream == stream).Select(Text)];

    protected async Task RemoveAll()
    {
        foreach (var attempt in attempts)
        {
            await Runtime.Remove(attempt, default);
        }
    }
}
