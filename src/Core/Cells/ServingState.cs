using Granary.Core.Leases;

namespace Granary.Core.Cells;

public enum ServingPhase
{
    /// <summary>Another candidate has the cell's lock.</summary>
    Waiting,

    /// <summary>It has the lock, and asks for a serving epoch of its own.</summary>
    Taking,

    /// <summary>It compares what it finds with the rows. Orders wait.</summary>
    Comparing,

    /// <summary>It carries out orders.</summary>
    Serving,
}

/// <summary>What a candidate silo knows of the cell that it serves or waits to serve; in memory only. Instants are of the host's monotonic clock.</summary>
/// <param name="Server">Its name.</param>
public sealed record ServingState(CellId Cell, string Server)
{
    public ServingPhase Phase { get; init; }

    /// <summary>Its own serving epoch, once it has one; before, the one that it takes over from, as far as it knows.</summary>
    public long ServingEpoch { get; init; }

    /// <summary>The lease's epoch as whoever enforces it said last.</summary>
    public long LeaseEpoch { get; init; }

    /// <summary>The lease's epoch under which rows, notes and containers were compared: what began under another is not started.</summary>
    public long ComparedEpoch { get; init; }

    /// <summary>From before the sending of the last renewal that was acknowledged, as whoever enforces it said; null while there is no lease.</summary>
    public TimeSpan? LeaseSentAt { get; init; }

    /// <summary>When the warden was heard last; null while this silo knows of none.</summary>
    public TimeSpan? WardenHeardAt { get; init; }

    /// <summary>It renews and enforces the lease itself.</summary>
    public bool StandsIn { get; init; }

    /// <summary>When this silo last started a warden to hand the lease over to.</summary>
    public TimeSpan? WardenStartedAt { get; init; }

    public bool EngineAnswers { get; init; }

    /// <summary>When it last sent the write that takes or says the serving.</summary>
    public TimeSpan? WroteAt { get; init; }

    public TimeSpan? TickedAt { get; init; }

    /// <summary>When it last asked for the comparison.</summary>
    public TimeSpan? AskedAt { get; init; }
}

/// <summary>Something that happened to a candidate silo of a cell.</summary>
public abstract record ServingEvent(TimeSpan At)
{
    /// <summary>A moment passed: several times a second.</summary>
    public sealed record Ticked(TimeSpan At) : ServingEvent(At);

    /// <summary>The cell's lock is ours until this process dies.</summary>
    public sealed record Locked(TimeSpan At) : ServingEvent(At);

    /// <summary>A write of the lease's row by this silo was answered.</summary>
    public sealed record Wrote(TimeSpan At, LeaseEvent Write, bool IsDone, LeaseState Lease) : ServingEvent(At);

    /// <summary>Everything met was compared with rows read under this epoch of the lease; what has a row here and does not run is fenced.</summary>
    public sealed record Compared(TimeSpan At, long LeaseEpoch) : ServingEvent(At);

    /// <summary>Whoever enforces the lease said how it stands.</summary>
    /// <param name="SentAt">Of the last acknowledged renewal; null while there is no lease.</param>
    public sealed record LeaseTold(TimeSpan At, long Epoch, TimeSpan? SentAt, bool ByWarden) : ServingEvent(At);

    /// <summary>The pipe to the warden closed: it is dead.</summary>
    public sealed record WardenEnded(TimeSpan At) : ServingEvent(At);

    /// <summary>The warden took the lease over: this silo need not enforce it any more.</summary>
    public sealed record Relieved(TimeSpan At) : ServingEvent(At);

    /// <summary>The engine was asked for a sign of life on a fresh connection.</summary>
    public sealed record EngineProbed(TimeSpan At, bool Answers) : ServingEvent(At);
}

/// <summary>What a candidate silo orders on its host and of the database.</summary>
public abstract record ServingEffect
{
    private ServingEffect()
    {
    }

    /// <summary>Take the file lock of the cell if it is free.</summary>
    public sealed record TryLock : ServingEffect;

    public sealed record Write(LeaseEvent Event) : ServingEffect;

    /// <summary>List containers and notes, read the rows of the cell and compare. Under an epoch of the lease that is new, fence what has a row here and does not run.</summary>
    public sealed record Compare(long LeaseEpoch) : ServingEffect;

    /// <summary>Renew and enforce the lease from here on, as one who knows when the last renewal was sent.</summary>
    public sealed record StandIn(TimeSpan? SentAt) : ServingEffect;

    /// <summary>Kill the warden that is not heard; nothing happens if it is dead.</summary>
    public sealed record KillWarden : ServingEffect;

    public sealed record StartWarden : ServingEffect;
}
