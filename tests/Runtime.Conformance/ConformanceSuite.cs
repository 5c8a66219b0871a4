using System.Text;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;

namespace Granary.Runtime.Conformance;

/// <summary>What the suites share: cells and attempts of their own, and patience that ends.</summary>
public abstract class ConformanceSuite
{
    /// <summary>After this time a test says what it waited for. A real engine under full load takes seconds for one container.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<AttemptKey> attempts = [];

    protected abstract IEngineUnderTest Engine { get; }

    protected IContainerRuntime Runtime => Engine.Runtime;

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
        var outcome = await Soon(Runtime.Create(Spec(attempt, behaviour), default), "create");
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
        var lines = output.GetAsyncEnumerator();
        await using (lines)
        {
            Assert.True(await Soon(lines.MoveNextAsync().AsTask(), "the line that says ready"));
            Assert.Equal(Behaviour.Ready, Text(lines.Current));
        }

        return attempt;
    }

    protected async Task Start(AttemptKey attempt) =>
        Assert.IsType<StartOutcome.Started>(await Soon(Runtime.Start(attempt, default), "start"));

    protected Task<ContainerReport> Ended(AttemptKey attempt) => Soon(Runtime.Wait(attempt, default), "the end of a container");

    protected Task<IAsyncEnumerable<OutputLine>> Open(AttemptKey attempt, OutputPosition from = default) =>
        Soon(Runtime.OpenOutput(attempt, from, default), "open the output");

    protected Task<List<OutputLine>> ReadAll(IAsyncEnumerable<OutputLine> output)
    {
        return Soon(Read(), "the end of an output");

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
        var report = await Soon(Runtime.Find(attempt, default), "find");
        Assert.NotNull(report);
        return report;
    }

    protected static string Text(OutputLine line) => Encoding.UTF8.GetString(line.Text.Span);

    protected static string[] Texts(IEnumerable<OutputLine> lines, OutputStream stream) =>
        [.. lines.Where(line => line.Stream == stream).Select(Text)];

    protected static async Task<T> Soon<T>(Task<T> task, string what)
    {
        await Soon((Task)task, what);
        return await task;
    }

    protected static async Task Soon(Task task, string what)
    {
        if (await Task.WhenAny(task, Task.Delay(Patience)) != task)
        {
            throw new TimeoutException($"Waited {Patience.TotalSeconds} s for: {what}.");
        }

        await task;
    }

    protected async Task RemoveAll()
    {
        foreach (var attempt in attempts)
        {
            await Soon(Runtime.Remove(attempt, default), "remove");
        }
    }
}
