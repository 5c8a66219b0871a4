using Granary.Core.Cells;

namespace Granary.Core.Leases;

/// <summary>A conditional write of a lease's row. Where the condition does not hold the row stays as it is, and the answer shows it.</summary>
public abstract record LeaseEvent
{
    private LeaseEvent()
    {
    }

    /// <summary>A warden takes the lease, for the first time or after a stop, or takes it over from another process on its host.</summary>
    /// <param name="Holder">The process that takes it.</param>
    /// <param name="EpochSeen">The epoch that it takes over from: what was sent long ago takes nothing.</param>
    public sealed record Taken(string Holder, long EpochSeen) : LeaseEvent;

    /// <param name="Epoch">As whom it renews.</param>
    /// <param name="RosterVersion">The roster that it knew before it sent this.</param>
    public sealed record Renewed(long Epoch, long RosterVersion) : LeaseEvent;

    /// <summary>A silo that holds the cell's lock takes the cell over.</summary>
    public sealed record ServingTaken(string Server, long ServingEpochSeen) : LeaseEvent;

    /// <summary>The server holds the lock, and its engine answers.</summary>
    public sealed record ServingSaid(long ServingEpoch) : LeaseEvent;

    /// <summary>A judge saw this number for too long.</summary>
    /// <param name="Judge">A member of the roster when this is written.</param>
    public sealed record LapseJudged(CellId Judge, long Number, bool IsUnconfirmed) : LeaseEvent;

    /// <summary>A judge saw that nobody served for too long while the lease was fresh.</summary>
    public sealed record UnservedJudged(CellId Judge, long ServingEpoch, long Served) : LeaseEvent;

    /// <summary>The warden has stopped everything, and no start is in flight.</summary>
    public sealed record StopConfirmed(long Epoch) : LeaseEvent;
}
