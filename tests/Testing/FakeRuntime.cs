using System.Runtime.CompilerServices;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;

namespace Granary.Testing;

/// <summary>
/// A container engine in memory. It runs <see cref="FakeScript"/>s, needs no thread per container, reads time from one clock, and is
/// safe to use from many threads. What tests do to it and see of it is in FakeRuntime.Levers.cs.
/// </summary>
/// <param name="clock">Time of the engine. Its instants rise strictly even when this clock stands still.</param>
/// <param name="memoryMb">Memory of the engine, in MB.</param>
/// <param name="diskMb">Disk of the engine, in MB.</param>
public sealed partial class FakeRuntime(TimeProvider clock, int memoryMb = 4096, int diskMb = 16384) : IContainerRuntime
{
    private readonly Lock gate = new();
    private readonly Dictionary<AttemptKey, FakeContainer> containers = [];
    private readonly Dictionary<string, string> strangers = [];
    private string? marker;

    public Task<EngineView> Describe(CancellationToken cancellation) => Answer(
        RuntimeCall.Describe,
        () => Task.FromResult(new EngineView("fake", "Fake 1.0", marker, memoryMb, diskMb, Cpus: 2)),
        cancellation);

    public Task Mark(string marker, CancellationToken cancellation) => Answer(
        RuntimeCall.Mark,
        () => Task.FromResult(this.marker = marker),
        cancellation);

    public Task<EngineAnswer> Probe(CancellationToken cancellation) => Answer(
        RuntimeCall.Probe,
        () => Task.FromResult(ProcessIsVisible ? new EngineAnswer(Process, processStartedAt, Now(), Now()) : new EngineAnswer(null, null, Now(), Now())),
        cancellation);

    public bool IsGone(string process)
    {
        lock (gate)
        {
            return ProcessIsVisible && (processIsDead || process != Process);
        }
    }

    public Task<CreateOutcome> Create(ContainerSpec spec, CancellationToken cancellation) => Answer(
        RuntimeCall.Create,
        () => Task.FromResult(CreateNow(spec)),
        cancellation);

    public async Task<StartOutcome> Start(AttemptKey attempt, CancellationToken cancellation)
    {
        var started = Answer(RuntimeCall.Start, () => startsAreHeld ? Hold(attempt) : StartNow(attempt), cancellation);
        return await started.WaitAsync(cancellation);
    }

    public Task<ContainerReport?> Find(AttemptKey attempt, CancellationToken cancellation) => Answer(
        RuntimeCall.Find,
        () => Task.FromResult(containers.GetValueOrDefault(attempt)?.Report),
        cancellation);

    public Task<IReadOnlyList<ContainerReport>> List(CellId cell, CancellationToken cancellation) => Answer(
        RuntimeCall.List,
        () => Task.FromResult<IReadOnlyList<ContainerReport>>([.. containers.Values.Select(container => container.Report).Where(report => report.Cell == cell)]),
        cancellation);

    public Task<IAsyncEnumerable<OutputLine>> OpenOutput(AttemptKey attempt, OutputMarks from, CancellationToken cancellation) => Answer(
        RuntimeCall.OpenOutput,
        () => containers.TryGetValue(attempt, out var container)
            ? Task.FromResult(Follow(container, container.Output.First, Search(container.Output, from), breaks, cancellation))
            : NoContainer<IAsyncEnumerable<OutputLine>>(attempt),
        cancellation);

    public Task<IAsyncEnumerable<ReadOnlyMemory<byte>>?> OpenFiles(AttemptKey attempt, string path, CancellationToken cancellation) => Answer(
        RuntimeCall.OpenFiles,
        () => containers.TryGetValue(attempt, out var container)
            ? Task.FromResult(FakeTar.Of(container.Files, container.Folders, path))
            : Task.FromException<IAsyncEnumerable<ReadOnlyMemory<byte>>?>(new EngineUnavailableException($"The engine has no container of {attempt}.")),
        cancellation);

    public async Task<ContainerReport> Wait(AttemptKey attempt, CancellationToken cancellation)
    {
        var ended = Answer(
            RuntimeCall.Wait,
            () => containers.TryGetValue(attempt, out var container) ? container.Ended() : NoContainer<ContainerReport>(attempt),
            cancellation);
        return await ended.WaitAsync(cancellation);
    }

    /// <summary>A process of a fake keeps half a core busy, and has a quarter of its memory and of its disk.</summary>
    public Task<ContainerUsage?> Usage(AttemptKey attempt, CancellationToken cancellation) => Answer(
        RuntimeCall.Usage,
        () => Task.FromResult(containers.GetValueOrDefault(attempt) is { IsRunning: true, Report.StartedAt: { } startedAt } container && Now() is var now
            ? new ContainerUsage(startedAt, now, (now - startedAt) / 2, ((long)container.Size.MemoryMb << 20) / 4, ((long)container.Size.DiskMb << 20) / 4)
            : null),
        cancellation);

    public async Task Stop(AttemptKey attempt, TimeSpan grace, CancellationToken cancellation)
    {
        var stopped = Answer(RuntimeCall.Stop, () => StopNow(attempt, grace), cancellation);
        await stopped.WaitAsync(cancellation);
    }

    public Task Remove(AttemptKey attempt, CancellationToken cancellation) => Answer(
        RuntimeCall.Remove,
        () => Task.FromResult(RemoveNow(attempt)),
        cancellation);

    private Task<T> Answer<T>(RuntimeCall call, Func<Task<T>> work, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellation);
        }

        lock (gate)
        {
            if (isAway)
            {
                return Task.FromException<T>(Away());
            }

            var answer = work();
            return lostAnswers.Remove(call)
                ? Task.FromException<T>(new EngineUnavailableException($"The answer to {call} was lost."))
                : answer;
        }
    }

    private CreateOutcome CreateNow(ContainerSpec spec)
    {
        if (containers.TryGetValue(spec.Attempt, out var found))
        {
            return found.Report.Cell == spec.Cell
                ? new CreateOutcome.Found(found.Report)
                : new CreateOutcome.NameTaken($"a container of cell {found.Report.Cell}");
        }

        if (strangers.TryGetValue(spec.Attempt.ContainerName, out var stranger))
        {
            return new CreateOutcome.NameTaken(stranger);
        }

        var script = FakeScript.Of(spec);
        if (script.ImageMissing)
        {
            return new CreateOutcome.Impossible($"there is no image {spec.Source.Image}");
        }

        containers.Add(spec.Attempt, new FakeContainer(spec, script));
        creates.Add(spec.Attempt);
        return new CreateOutcome.Created();
    }

    private Task<StartOutcome> StartNow(AttemptKey attempt)
    {
        if (!containers.TryGetValue(attempt, out var container))
        {
            return NoContainer<StartOutcome>(attempt);
        }

        if (container.CannotStart)
        {
            return Task.FromResult<StartOutcome>(new StartOutcome.Impossible("the command does not exist"));
        }

        if (container.Report.Phase == ContainerPhase.Created)
        {
            container.Start(Now());
            starts.Add(attempt);
            Take(container.Size);
            GoOn(container);
            Tell(startWatchers, attempt);
        }

        return Task.FromResult<StartOutcome>(new StartOutcome.Started());
    }

    private void GoOn(FakeContainer container)
    {
        while (container.IsRunning)
        {
            switch (container.NextStep())
            {
                case FakeStep.Print print:
                    container.Output.Write(print.Stream, print.Text, Now);
                    break;
                case FakeStep.Leave leave:
                    container.Files[leave.Path] = leave.Text;
                    break;
                case FakeStep.Run run:
                    container.PauseWith(clock.CreateTimer(_ => GoOnLater(container), null, run.Time, Timeout.InfiniteTimeSpan));
                    return;
                case FakeStep.Wait wait:
                    container.CodeOnTerm = wait.CodeOnTerm;
                    return;
                case FakeStep.Exit exit:
                    End(container, exit.Code, exit.OutOfMemory);
                    break;
                default:
                    End(container, 0);
                    break;
            }
        }
    }

    private void GoOnLater(FakeContainer container)
    {
        lock (gate)
        {
            GoOn(container);
        }
    }

    private Task<bool> StopNow(AttemptKey attempt, TimeSpan grace)
    {
        stops.Add(attempt);
        if (!containers.TryGetValue(attempt, out var container) || !container.IsRunning)
        {
            return Task.FromResult(false);
        }

        if (container.CodeOnTerm is { } code)
        {
            End(container, code);
            return Task.FromResult(true);
        }

        var ended = container.Ended();
        container.KillWith(clock.CreateTimer(_ => Kill(container), null, grace, Timeout.InfiniteTimeSpan));
        return Then(ended);

        static async Task<bool> Then(Task<ContainerReport> ended)
        {
            await ended;
            return true;
        }
    }

    private void Kill(FakeContainer container)
    {
        lock (gate)
        {
            if (container.IsRunning)
            {
                End(container, FakeContainer.Killed);
            }
        }
    }

    private bool RemoveNow(AttemptKey attempt)
    {
        if (!containers.Remove(attempt, out var container))
        {
            return false;
        }

        if (container.IsRunning)
        {
            End(container, FakeContainer.Killed);
        }

        removes.Add(attempt);
        Tell(removeWatchers, attempt);
        return true;
    }

    private void End(FakeContainer container, int code, bool outOfMemory = false)
    {
        container.Output.Close(Now);
        container.End(code, outOfMemory, Now());
        container.Output.Ring();
        Give(container.Size);
    }

    private static OutputResume Search(FakeOutput copy, OutputMarks marks)
    {
        var search = new OutputSearch(marks);
        for (var index = copy.First; index < copy.Count && !search.IsOver; index++)
        {
            search.See(copy[index]);
        }

        return search.End();
    }

    private async IAsyncEnumerable<OutputLine> Follow(
        FakeContainer container,
        int first,
        OutputResume resume,
        int breaksAtOpen,
        CancellationToken opened,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var index = first; await LineAt(container, index, breaksAtOpen, opened, cancellation) is { } line; index++)
        {
            if (resume.New(line) is { } taken)
            {
                yield return taken;
            }
        }
    }

    /// <summary>The line at an index as soon as it is written; null when the container has ended before it.</summary>
    private async Task<OutputLine?> LineAt(FakeContainer container, int index, int breaksAtOpen, CancellationToken opened, CancellationToken cancellation)
    {
        while (true)
        {
            opened.ThrowIfCancellationRequested();
            Task news;
            lock (gate)
            {
                if (breaks != breaksAtOpen)
                {
                    throw Away();
                }

                if (index < container.Output.Count)
                {
                    return container.Output[index];
                }

                if (container.HasEnded)
                {
                    return null;
                }

                news = container.Output.News();
            }

            await news.WaitAsync(opened).WaitAsync(cancellation);
        }
    }

    private static Task<T> NoContainer<T>(AttemptKey attempt) =>
        Task.FromException<T>(new InvalidOperationException($"The engine has no container of {attempt}."));

    private static EngineUnavailableException Away() => new("The engine does not answer.");
}
