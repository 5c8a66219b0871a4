using System.Collections.Immutable;
using Granary.Core.Cells;

namespace Granary.Core.Leases;

/// <summary>A lease as a judge saw it last, and since when it has not moved. Instants are when an answer arrived: never before what it shows was written.</summary>
public sealed record LeaseWatch(LeaseState Lease, TimeSpan NumberSince, TimeSpan ServedSince)
{
    /// <summary>An older answer that comes late shows an older number: it counts as movement, which errs to the safe side.</summary>
    public LeaseWatch Saw(LeaseState lease, TimeSpan at) => new(
        lease,
        lease.Number == Lease.Number && lease.Epoch == Lease.Epoch ? NumberSince : at,
        lease.Served == Lease.Served && lease.ServingEpoch == Lease.ServingEpoch && Lease.Standing == lease.Standing ? ServedSince : at);
}

/// <summary>What one member of the roster remembers in order to judge others. In memory only: a new process begins anew, and waits like one that regained the database.</summary>
public sealed record JudgeState(CellId Self)
{
    /// <summary>When it last read all leases; null before the first time.</summary>
    public TimeSpan? ReadAt { get; init; }

    /// <summary>Its first success since it started or had to do without.</summary>
    public TimeSpan RegainedAt { get; init; }

    /// <summary>It told somebody that it cannot reach the database, and has not read since.</summary>
    public bool SaidWithout { get; init; }

    public ImmutableSortedDictionary<string, LeaseWatch> Watched { get; init; } = ImmutableSortedDictionary.Create<string, LeaseWatch>(StringComparer.Ordinal);
}

/// <summary>Something that happened to a judge; <paramref name="At"/> is of its own monotonic clock.</summary>
public abstract record JudgeEvent(TimeSpan At)
{
    /// <summary>All leases and the roster were read, in one transaction.</summary>
    public sealed record Read(TimeSpan At, ImmutableArray<LeaseState> Leases, Roster Roster) : JudgeEvent(At);

    /// <summary>A warden that cannot renew asks whether this member reaches the database.</summary>
    public sealed record Asked(TimeSpan At, CellId Asker) : JudgeEvent(At);
}

/// <summary>What a judge orders.</summary>
public abstract record JudgeEffect
{
    private JudgeEffect()
    {
    }

    public sealed record Answer(CellId Asker, bool ReachesDatabase) : JudgeEffect;

    /// <summary>Write that the lease lapsed, if it still has this number.</summary>
    public sealed record JudgeLapsed(CellId Cell, long Number, bool IsUnconfirmed) : JudgeEffect;

    /// <summary>Write that the lease is revoked, if nobody has said since that he serves.</summary>
    public sealed record JudgeUnserved(CellId Cell, long ServingEpoch, long Served) : JudgeEffect;
}
