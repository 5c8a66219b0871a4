using Granary.Core.Attempts;

namespace Granary.Grains.Ports;

/// <summary>What a cell has noted about an attempt. The notes only move forward.</summary>
public enum AttemptNote
{
    /// <summary>Admitted; a container may exist.</summary>
    Starting,

    /// <summary>The engine was told to start it: it is never told again.</summary>
    StartOrdered,

    /// <summary>A stop of ours was ordered, at the noted instant.</summary>
    StopOrdered,

    /// <summary>The process ended; the report is noted and repeated until it is acknowledged.</summary>
    Ended,

    /// <summary>The number can never start on this cell any more.</summary>
    Fenced,
}

/// <param name="StopOrderedAt">When the first stop of ours was ordered; null if none was.</param>
/// <param name="Report">What has to be told to the task; set from <see cref="AttemptNote.Ended"/> on.</param>
public sealed record JournalEntry(AttemptKey Attempt, AttemptNote Note, DateTimeOffset? StopOrderedAt, AttemptReport? Report)
{
    /// <summary>Why the stop was ordered so that the attempt can run elsewhere; null when its task wanted the stop.</summary>
    public string? DisplacedBecause { get; init; }
}

/// <summary>
/// A cell's memory on its own host; it survives the silo. Every write is durable when the call returns.
/// </summary>
public interface ICellJournal
{
    Task<IReadOnlyList<JournalEntry>> Entries(CancellationToken cancellation);

    /// <summary>Adds or replaces the entry of an attempt.</summary>
    Task Write(JournalEntry entry, CancellationToken cancellation);

    /// <summary>Forgets an attempt: its outcome is acknowledged and its container removed. A fence may be forgotten only when the task's row is past its number.</summary>
    Task Forget(AttemptKey attempt, CancellationToken cancellation);

    Task<EngineRecord> EngineRecord(CancellationToken cancellation);

    Task Write(EngineRecord record, CancellationToken cancellation);

    /// <summary>The cell's identity marker; null on a new cell.</summary>
    Task<string?> Marker(CancellationToken cancellation);

    Task WriteMarker(string marker, CancellationToken cancellation);
}
