using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Cells;

/// <summary>
/// Keeps one attempt on its cell, from admission to the acknowledged report. Start, find, stop and adopt of one attempt go one after
/// another, so "starting" is never "not found". What it promises:
/// 1. The engine is told to start the attempt at most once, and only after the journal says so and the row still wants it.
/// 2. "Lost" and "declined" are said only after the journal fenced the number.
/// 3. The container is removed only after the task has written the outcome.
/// </summary>
internal sealed partial class AttemptKeeper(AttemptKey attempt, ServedCell cell, Action<AttemptKeeper> forget)
{
    private readonly Lock gate = new();
    private readonly CellServices services = cell.Services;
    private readonly AttemptNotes notes = cell.Notes.Of(attempt);
    private readonly AttemptEnd end = new(attempt, cell);
    private Task line = Task.CompletedTask;
    private Task? life;
    private volatile bool isFollowed;
    private volatile bool isRetired;
    private int isDisplaced;

    public AttemptKey Attempt => attempt;

    /// <summary>Completes when what was ordered so far was done; a life may go on.</summary>
    public Task Settled => line.ContinueWith(static _ => { }, TaskScheduler.Default);

    /// <summary>Completes when nothing of this attempt is under way in this process any more.</summary>
    public Task Ended => Task.WhenAll(line, life ?? Task.CompletedTask).ContinueWith(static _ => { }, TaskScheduler.Default);

    /// <param name="turn">Its place among the starts of the cell.</param>
    public void Start(StartTurn turn) => Enqueue(() => StartOnce(turn));

    /// <summary>Finds out what there is of the attempt, and goes on from there. Never starts it.</summary>
    public void Find() => Enqueue(() => cell.Persist(attempt, Look));

    public void Stop() => Enqueue(() => cell.Persist(attempt, () => StopIt(displacedBecause: null)));

    /// <summary>Stops it, so that it can run elsewhere. What has no process yet is not started any more.</summary>
    public void Displace(string because)
    {
        if (Interlocked.Exchange(ref isDisplaced, 1) == 0)
        {
            Enqueue(() => cell.Persist(attempt, () => StopIt(because)));
        }
    }

    /// <summary>A keeper retires only when its attempt is over and told, or stale: orders that come late find nothing left to do.</summary>
    private void Enqueue(Func<Task> work)
    {
        lock (gate)
        {
            var before = line;
            line = Task.Run(
                async () =>
                {
                    await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    await work();
                },
                cell.Serving);
            Watch(line);
        }
    }

    private async Task StartOnce(StartTurn turn)
    {
        try
        {
            if (life is not null || isRetired)
            {
                cell.Books.Settle(attempt);
                return;
            }

            var start = new AttemptStart(attempt, cell);
            switch (await cell.Persist(attempt, () => start.Run(turn)))
            {
                case StartResult.Stale:
                    await Retire();
                    break;
                case StartResult.Over over:
                    Live(() => Finish(over.Ending));
                    break;
                case StartResult.Ordered ordered:
                    Follow(ordered.Work, ordered.Output);
                    break;
            }
        }
        finally
        {
            turn.Done();
        }
    }

    private async Task Look()
    {
        if (life is not null || isRetired)
        {
            return;
        }

        var work = await services.Rows.Find(attempt.Work, cell.Serving);
        var container = await services.Runtime.Find(attempt, cell.Serving);
        var finding = Compare(work, unknownFor: TimeSpan.Zero);
        if (finding == Finding.Leave)
        {
            await LookWithoutRow(container);
        }
        else if (finding == Finding.Discard)
        {
            var ranBeside = work is not null && MayHaveRunBeside(container, work);
            Live(() => Discard(ranBeside));
        }
        else if (notes.Entry is { Report: { } report } noted)
        {
            Live(() => Finish(new Ending(report, noted.Note)));
        }
        else if (container is { Phase: ContainerPhase.Running or ContainerPhase.Exited })
        {
            cell.Books.Reserve(attempt, new CellCapacity(work!.Runs!.MemoryMb, work.Runs.DiskMb));
            Follow(work, null);
            if (work.IsStopping)
            {
                Stop(); // Whoever adopts repeats the stops.
            }
            else if (notes.Entry is { DisplacedBecause: { } because })
            {
                Displace(because);
            }
        }
        else
        {
            Live(() => Finish(WithoutProcess(container)));
        }
    }

    /// <summary>An attempt that the row wants here has no process, and can have none any more.</summary>
    private Ending WithoutProcess(ContainerReport? container) =>
        Ending.Fenced(AttemptVerdict.WithoutProcess(attempt, cell.Id, notes.StartWasOrdered, container is not null, notes.Entry is not null || cell.Notes.IsWhole));

    private bool MayHaveRunBeside(ContainerReport? container, WorkState work) => notes.Entry is { Report: { } noted }
        ? AttemptVerdict.MayHaveRunBeside(noted, work)
        : AttemptVerdict.MayHaveRunBeside(container?.Phase == ContainerPhase.Running, container?.Phase == ContainerPhase.Exited ? cell.EndOf(attempt, container) : null);

    private async Task LookWithoutRow(ContainerReport? container)
    {
        if (container is null && notes.Entry is null)
        {
            await Retire();
            return;
        }

        LogWithoutRow(services.Logger, attempt, services.Options.OrphanAge);
        Live(AwaitRow);
    }

    /// <summary>No row knows the attempt; the database may have been restored from a backup. Nothing is touched until the orphan age.</summary>
    private async Task AwaitRow()
    {
        var since = services.Clock.GetUtcNow();
        while (true)
        {
            await Task.Delay(services.Options.CompareEvery, services.Clock, cell.Serving);
            var row = await cell.Persist(attempt, () => services.Rows.Find(attempt.Work, cell.Serving));
            switch (Compare(row, unknownFor: services.Clock.GetUtcNow() - since))
            {
                case Finding.Leave:
                    continue;
                case Finding.Discard when row is null || row.Attempt < attempt.Number:
                    LogOrphanRemoved(services.Logger, attempt, services.Options.OrphanAge);
                    await Discard(mayHaveRunBeside: false);
                    return;
                default:
                    life = null;
                    Find();
                    return;
            }
        }
    }

    private Finding Compare(WorkState? row, TimeSpan unknownFor) => Comparison.Of(attempt, cell.Id, row, unknownFor, services.Options.OrphanAge, isOnHold: false);

    private async Task StopIt(string? displacedBecause)
    {
        await Look();
        if (!isFollowed || isRetired || notes.Entry?.Report is not null)
        {
            return; // Whatever there was of it has ended.
        }

        await notes.StopOrdered(services.Clock.GetUtcNow(), displacedBecause, cell.Serving);
        await services.Runtime.Stop(attempt, services.Options.StopGrace, cell.Serving);
    }

    private void Follow(WorkState work, IAsyncEnumerable<OutputLine>? output)
    {
        isFollowed = true;
        Live(async () => await Finish(await new AttemptFollow(attempt, cell, work).Run(output)));
    }

    private async Task Finish(Ending ending)
    {
        await end.Run(ending);
        await Retire();
    }

    private async Task Discard(bool mayHaveRunBeside)
    {
        await end.Discard(mayHaveRunBeside);
        await Retire();
    }

    private async Task Retire()
    {
        isRetired = true;
        if (notes.Entry is null)
        {
            await cell.Notes.Forget(attempt, cell.Serving);
        }

        forget(this);
    }

    /// <summary>Goes on beside the line, so that a stop can reach a running attempt.</summary>
    private void Live(Func<Task> work)
    {
        life = Task.Run(work, cell.Serving);
        Watch(life);
    }

    /// <summary>A bug ends this keeper, loudly; the cell's comparison then finds a row that nobody keeps, and a new keeper looks. So does work that was cancelled while the cell is served.</summary>
    private void Watch(Task work) => work.ContinueWith(
        ended =>
        {
            if (ended.IsFaulted || !cell.Serving.IsCancellationRequested)
            {
                LogBug(services.Logger, attempt, ended.Exception ?? (Exception)new TaskCanceledException(ended));
                isRetired = true;
                forget(this);
            }
        },
        CancellationToken.None,
        TaskContinuationOptions.NotOnRanToCompletion,
        TaskScheduler.Default);

    [LoggerMessage(LogLevel.Error, "{Attempt}: a fault that must not happen")]
    private static partial void LogBug(ILogger logger, AttemptKey attempt, Exception fault);

    [LoggerMessage(LogLevel.Warning, "{Attempt} has a container or a note, but no row knows it; it is left alone for {OrphanAge}")]
    private static partial void LogWithoutRow(ILogger logger, AttemptKey attempt, TimeSpan orphanAge);

    [LoggerMessage(LogLevel.Warning, "{Attempt} was known to no row for {OrphanAge}; it is removed")]
    private static partial void LogOrphanRemoved(ILogger logger, AttemptKey attempt, TimeSpan orphanAge);
}
