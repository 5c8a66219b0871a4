using System.Collections.Immutable;
using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Cells;

/// <summary>
/// Keeps one attempt on its cell, from admission to the acknowledged report. Start, find, stop and adopt of one attempt go one after
/// another, so "starting" is never "not found". What it promises:
/// 1. The engine is told to start the attempt at most once, and only after the journal says so and the row still wants it.
/// 2. "Lost" and "declined" are said only after the journal fenced the number.
/// 3. The container is removed only after the task has written the outcome.
/// </summary>
internal sealed partial class AttemptKeeper(AttemptKey key, CellId cell, CellServices services, EngineWatch engine, CellBooks books, Action<AttemptKey> forget, CancellationToken serving)
{
    private readonly Lock gate = new();
    private Task line = Task.CompletedTask;
    private Task? life;
    private DateTimeOffset? stopOrderedAt;
    private bool startOrdered;

    /// <summary>Completes when nothing of this attempt is under way in this process any more.</summary>
    public Task Ended => Task.WhenAll(line, life ?? Task.CompletedTask).ContinueWith(static _ => { }, TaskScheduler.Default);

    public void Start() => Enqueue(StartOnce);

    public void Find() => Enqueue(() => Look(null));

    public void Stop() => Enqueue(StopIt);

    public void Adopt(JournalEntry? entry) => Enqueue(() => Look(entry));

    private void Enqueue(Func<Task> work)
    {
        lock (gate)
        {
            var before = line;
            line = Task.Run(
                async () =>
                {
                    await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    await Persist(work);
                },
                serving);
            Watch(line);
        }
    }

    private async Task StartOnce()
    {
        if (life is not null)
        {
            return;
        }

        var task = await services.Rows.Find(key.Work, serving);
        if (task is not null && startOrdered)
        {
            Live(() => Follow(task, null)); // Something failed after the start was ordered: never again.
            return;
        }

        if (task is null || !IsWanted(task))
        {
            books.Settle(key);
            forget(key); // Stale: the row is past it, or was never here.
            return;
        }

        var spec = task.Spec!;
        var full = books.Admit(key, new CellCapacity(spec.MemoryMb, spec.DiskMb));
        books.Settle(key);
        if (full is not null)
        {
            Live(() => Tell(new AttemptReport.Declined(key.Number, full)));
            return;
        }

        await services.Journal.Write(new JournalEntry(key, AttemptNote.Starting, null, null), serving);
        switch (await Create(spec))
        {
            case CreateOutcome.Impossible impossible:
                Live(() => EndWithout(new AttemptReport.Declined(key.Number, impossible.Reason, Permanent: true)));
                return;
            case CreateOutcome.NameTaken taken:
                Live(() => EndWithout(new AttemptReport.Declined(key.Number, $"its container's name is taken by {taken.By}")));
                return;
            case CreateOutcome.Found { Report.Phase: not ContainerPhase.Created }:
                Live(() => Follow(task, null)); // Started by a call whose answer was lost.
                return;
            case null:
                Live(() => EndWithout(new AttemptReport.Declined(key.Number, $"its engine does not answer: {engine.Trouble}")));
                return;
        }

        if (!IsWanted(await services.Rows.Current(new TaskId(key.Work), serving)))
        {
            await CleanUp();
            return;
        }

        await Launch(task);
    }

    private async Task Launch(TaskState task)
    {
        var pump = await Pump(task);
        var output = await services.Runtime.OpenOutput(key, pump.Position, serving);
        await services.Journal.Write(new JournalEntry(key, AttemptNote.StartOrdered, null, null), serving);
        startOrdered = true;
        try
        {
            if (await services.Runtime.Start(key, serving) is StartOutcome.Impossible impossible)
            {
                Live(() => EndWithout(new AttemptReport.Declined(key.Number, impossible.Reason, Permanent: true)));
                return;
            }
        }
        catch (EngineUnavailableException fault)
        {
            LogStartUnknown(services.Logger, key, fault.Message); // Follow finds out; it never starts.
        }

        Live(() => Follow(task, output));
    }

    /// <summary>Null when the engine does not answer.</summary>
    private async Task<CreateOutcome?> Create(TaskSpec spec)
    {
        ImmutableArray<string> command = spec.Source.DropletDigest is null ? ["/bin/sh", "-c", spec.Command] : ["/bin/bash", "-c", spec.Command];
        try
        {
            return await services.Runtime.Create(
                new ContainerSpec(
                    cell,
                    key,
                    spec.Source,
                    command,
                    spec.User,
                    spec.Source.DropletDigest is null ? "/" : TaskEnvironment.AppDirectory,
                    TaskEnvironment.ForAttempt(spec.Environment, key, services.Options.Address),
                    new ContainerLimits(spec.MemoryMb, spec.DiskMb, ContainerLimits.CpuSharesFor(spec.MemoryMb), services.Options.Pids),
                    spec.Network,
                    services.Options.StopGrace),
                serving);
        }
        catch (EngineUnavailableException fault)
        {
            LogEngineAway(services.Logger, key, fault.Message);
            return null;
        }
    }

    /// <summary>Finds out what there is of the attempt, and goes on from there. Never starts it.</summary>
    private async Task Look(JournalEntry? entry)
    {
        if (life is not null)
        {
            return;
        }

        if (entry?.Report is { } report)
        {
            Live(() => End(report));
            return;
        }

        stopOrderedAt ??= entry?.StopOrderedAt;
        var container = await services.Runtime.Find(key, serving);
        var task = await services.Rows.Find(key.Work, serving);
        if (task is null || task.Attempt < key.Number)
        {
            LogWithoutRow(services.Logger, key); // Touch nothing: the row may have been restored from a backup.
            forget(key);
        }
        else if (!IsHeld(task))
        {
            await CleanUp();
        }
        else if (container is { Phase: ContainerPhase.Running or ContainerPhase.Exited })
        {
            books.Reserve(key, new CellCapacity(task.Spec!.MemoryMb, task.Spec.DiskMb));
            Live(() => Follow(task, null));
            if (task.Phase == TaskPhase.Canceling)
            {
                Stop(); // Whoever adopts repeats the stops.
            }
        }
        else
        {
            AttemptReport end = entry is { Note: AttemptNote.Starting }
                ? new AttemptReport.Declined(key.Number, "the process that served the cell ended before it started the attempt")
                : new AttemptReport.Lost(key.Number, container is null ? $"{cell} has no container of it" : $"{cell} made its container, and whether it was started is not known");
            Live(() => EndWithout(end));
        }
    }

    private async Task StopIt()
    {
        await Look(await Entry());
        if (life is null || life.IsCompleted)
        {
            return;
        }

        if (stopOrderedAt is null)
        {
            stopOrderedAt = services.Clock.GetUtcNow();
            await services.Journal.Write(new JournalEntry(key, AttemptNote.StopOrdered, stopOrderedAt, null), serving);
        }

        await services.Runtime.Stop(key, services.Options.StopGrace, serving);
    }

    private async Task<JournalEntry?> Entry() => (await services.Journal.Entries(serving)).FirstOrDefault(each => each.Attempt == key);

    /// <summary>Follows the container to its end. The engine may go and come back meanwhile.</summary>
    private async Task Follow(TaskState task, IAsyncEnumerable<OutputLine>? output)
    {
        var pump = await Pump(task);
        var engineWasAway = false;
        while (true)
        {
            try
            {
                if (await services.Runtime.Find(key, serving) is not { } found)
                {
                    await EndWithout(new AttemptReport.Lost(key.Number, $"its container is gone from {cell}"));
                    return;
                }

                if (found.Phase == ContainerPhase.Created)
                {
                    await EndWithout(new AttemptReport.Lost(key.Number, $"{cell} does not know whether it was started, and it did not run"));
                    return;
                }

                var pumping = pump.Run(output ?? await services.Runtime.OpenOutput(key, pump.Position, serving), serving);
                output = null;
                var exit = await services.Runtime.Wait(key, serving);
                await pumping;
                await engine.Probe(serving); // On a fresh connection, after the exit: only that proves that the engine was not stopping.
                await Conclude(pump, exit, engineWasAway);
                return;
            }
            catch (EngineUnavailableException fault)
            {
                LogEngineAway(services.Logger, key, fault.Message);
                engineWasAway = true;
                output = null;
                await Task.Delay(services.Options.RetryDelay, services.Clock, serving);
            }
        }
    }

    private async Task Conclude(LogPump pump, ContainerReport exit, bool engineWasAway)
    {
        var finishedAt = exit.FinishedAt!.Value;
        var code = exit.ExitCode!.Value;
        var doubt = engine.DoubtAbout(finishedAt);
        var words = string.Create(CultureInfo.InvariantCulture, $"Exit status {code}{(exit.OutOfMemory ? " (out of memory)" : "")}");
        await pump.Close(engineWasAway ? $"{words} (its engine was away meanwhile: output may be missing)" : words, serving);
        await End(doubt is null
            ? new AttemptReport.Exited(key.Number, new AttemptExit(code, exit.OutOfMemory, exit.StartedAt ?? finishedAt, finishedAt, stopOrderedAt is null || finishedAt < stopOrderedAt, engineWasAway))
            : new AttemptReport.Lost(key.Number, $"its process ended with status {code}, but {doubt}"));
    }

    /// <summary>Ends an attempt that has no process: whatever container there is was never started, or is gone.</summary>
    private async Task EndWithout(AttemptReport report)
    {
        await services.Journal.Write(new JournalEntry(key, AttemptNote.Fenced, stopOrderedAt, report), serving);
        await Tell(report);
        await CleanUp();
    }

    private async Task End(AttemptReport report)
    {
        await services.Journal.Write(new JournalEntry(key, AttemptNote.Ended, stopOrderedAt, report), serving);
        await Tell(report);
        await CleanUp();
    }

    /// <summary>Returns when the task has written what it makes of the report.</summary>
    private async Task Tell(AttemptReport report)
    {
        await services.Grains.GetGrain<ITaskGrain>(Keys.Task(new TaskId(key.Work))).Report(report);
        if (report is AttemptReport.Declined { Permanent: false } && !books.Ledger.Entries.ContainsKey(key))
        {
            forget(key);
        }
    }

    private async Task CleanUp()
    {
        await services.Runtime.Remove(key, serving);
        await services.Journal.Forget(key, serving);
        books.Release(key);
        forget(key);
    }

    private async Task<LogPump> Pump(TaskState task)
    {
        var pump = new LogPump(services.Logs, task.App, key, task.Spec!.LogSource, task.Spec.LogBytesPerSecond, services.Options, services.Clock);
        await pump.Load(serving);
        return pump;
    }

    /// <summary>Goes on beside the line, so that a stop can reach a running attempt.</summary>
    private void Live(Func<Task> work)
    {
        life = Task.Run(() => Persist(work), serving);
        Watch(life);
    }

    /// <summary>A bug ends this keeper, loudly; the cell's comparison then finds a row that nobody keeps, and a new keeper looks.</summary>
    private void Watch(Task work) => work.ContinueWith(
        failed =>
        {
            LogBug(services.Logger, key, failed.Exception!);
            forget(key);
        },
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);

    private async Task Persist(Func<Task> work)
    {
        while (true)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillRetry(services.Logger, key, fault.Message);
                await Task.Delay(services.Options.RetryDelay, services.Clock, serving);
            }
        }
    }

    private bool IsHeld(TaskState task) => task.HoldsCell && task.Cell == cell && task.Attempt == key.Number;

    private bool IsWanted(TaskState task) => IsHeld(task) && task.Phase == TaskPhase.Running;

    private bool IsWanted(AttemptRow? row) => row is { Phase: TaskPhase.Running } current && current.Cell == cell && current.Attempt == key;

    [LoggerMessage(LogLevel.Error, "{Attempt}: a fault that must not happen")]
    private static partial void LogBug(ILogger logger, AttemptKey attempt, Exception fault);

    [LoggerMessage(LogLevel.Warning, "{Attempt}: whether its start reached the engine is not known ({Fault})")]
    private static partial void LogStartUnknown(ILogger logger, AttemptKey attempt, string fault);

    [LoggerMessage(LogLevel.Warning, "{Attempt}: the engine does not answer ({Fault})")]
    private static partial void LogEngineAway(ILogger logger, AttemptKey attempt, string fault);

    [LoggerMessage(LogLevel.Warning, "{Attempt} has a container or a note, but no row that knows it; it is left alone")]
    private static partial void LogWithoutRow(ILogger logger, AttemptKey attempt);

    [LoggerMessage(LogLevel.Warning, "{Attempt}: {Fault}; it is tried again")]
    private static partial void LogWillRetry(ILogger logger, AttemptKey attempt, string fault);
}
