using Granary.Core.Attempts;

namespace Granary.Core.Cells;

/// <summary>What a cell knows of how the process of an attempt ended. All instants are of the clock of its host.</summary>
/// <param name="Doubt">Why it may have been the engine that ended it (<see cref="EngineRecord.DoubtAbout"/>); null when it was not.</param>
/// <param name="KilledAt">When the warden noted that it kills the attempt, before it did; null when it never did.</param>
/// <param name="StopOrderedAt">When the first stop of ours was ordered; null if none was.</param>
/// <param name="LogIncomplete">As in <see cref="AttemptExit.LogIncomplete"/>.</param>
public sealed record ProcessEnd(
    int Code,
    bool OutOfMemory,
    DateTimeOffset StartedAt,
    DateTimeOffset FinishedAt,
    string? Doubt,
    DateTimeOffset? KilledAt,
    DateTimeOffset? StopOrderedAt,
    bool LogIncomplete = false)
{
    /// <summary>Why that stop was ordered so that the attempt can run elsewhere; null when its task wanted the stop.</summary>
    public string? DisplacedBecause { get; init; }

    /// <summary>Nobody watched the engine when it ended (<see cref="EngineRecord.WasUnwatched"/>).</summary>
    public bool WasUnwatched { get; init; }
}

/// <summary>What a cell concludes from what it finds of an attempt. Pure; the cell carries it out.</summary>
public static class AttemptVerdict
{
    /// <summary>
    /// The command's own exit, a displacement, or a loss. A process that ended after it was told to make place has not said that it is done, and what the engine may have ended,
    /// or the warden killed, is lost: all of that whatever the code. A kill that was noted after the process had ended by itself killed nothing.
    /// </summary>
    public static AttemptReport OfEnd(AttemptKey attempt, CellId cell, ProcessEnd end) => end switch
    {
        { Doubt: { } doubt } => new AttemptReport.Lost(attempt.Number, $"its process ended with status {end.Code}, but {doubt}") { WasUnwatched = end is { WasUnwatched: true, KilledAt: null } },
        { KilledAt: { } killedAt } when killedAt <= end.FinishedAt => new AttemptReport.Lost(attempt.Number, $"its process was killed by the warden of {cell}, which had lost the lease"),
        { DisplacedBecause: { } because, StopOrderedAt: { } orderedAt } when orderedAt <= end.FinishedAt => new AttemptReport.Displaced(attempt.Number, because),
        _ => new AttemptReport.Exited(attempt.Number, new AttemptExit(end.Code, end.OutOfMemory, end.StartedAt, end.FinishedAt, BeforeStop: end.StopOrderedAt is null || end.FinishedAt < end.StopOrderedAt, end.LogIncomplete)),
    };

    /// <summary>An attempt that its row wants here has no process. Without the note that precedes it, the engine was never told to start it, and that is no loss.</summary>
    /// <param name="startWasOrdered">The journal says that the engine was told.</param>
    /// <param name="hasContainer">A container of it was made.</param>
    /// <param name="isJournalWhole">Whatever was noted is still known, so that what has no note never got here.</param>
    public static AttemptReport WithoutProcess(AttemptKey attempt, CellId cell, bool startWasOrdered, bool hasContainer, bool isJournalWhole) => (startWasOrdered, hasContainer, isJournalWhole) switch
    {
        (true, false, _) => new AttemptReport.Lost(attempt.Number, $"{cell} has no container of it any more"),
        (true, true, _) => new AttemptReport.Lost(attempt.Number, $"{cell} made its container, and whether it was started is not known"),
        (false, _, true) => new AttemptReport.Declined(attempt.Number, $"{cell} never told its engine to start it: the order was lost on the way"),
        (false, _, false) => new AttemptReport.Lost(attempt.Number, $"{cell} lost its journal and has no container of it"),
    };

    /// <summary>Whether an attempt that its row has moved past may have run beside its successor: it runs yet, or it ended by itself, or unwatched, and nobody was told, so nobody knows whether that was before the move.</summary>
    /// <param name="isRunning">Its process is there.</param>
    /// <param name="untold">How it ended; null when it did not, or when its end was noted to be told.</param>
    public static bool MayHaveRunBeside(bool isRunning, ProcessEnd? untold) => isRunning || untold is { KilledAt: null, Doubt: null } or { KilledAt: null, WasUnwatched: true };

    /// <summary>The same of one whose end was noted to be told, and nobody knows whether it was.</summary>
    public static bool MayHaveRunBeside(AttemptReport noted, WorkState row) => noted.Attempt <= row.LostAttempt && MayHaveRunBeside(noted, row.Attempt);

    /// <summary>The same of one whose end was told.</summary>
    /// <param name="newest">The task's newest attempt, as its answer says.</param>
    public static bool MayHaveRunBeside(AttemptReport told, int newest) => newest > told.Attempt && told is (AttemptReport.Exited or AttemptReport.Displaced or AttemptReport.Lost { WasUnwatched: true });
}
