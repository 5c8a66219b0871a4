using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Cells;

namespace Granary.Core.Leases;

public enum WardenPhase
{
    /// <summary>Without a lease of its own yet. What runs here runs under the lease of the process before it.</summary>
    Seeking,

    /// <summary>It has the lease and renews it, or holds without renewing.</summary>
    Leased,

    /// <summary>The attempts are being frozen.</summary>
    Freezing,

    /// <summary>The kills are being noted on the host.</summary>
    Noting,

    /// <summary>Every process is being killed, until none is left and no start is in flight.</summary>
    Killing,

    /// <summary>Nothing runs here, and nothing can: the group stays frozen until the lease is taken anew.</summary>
    Stopped,

    /// <summary>Another process on this host took the lease over; this one is done.</summary>
    StoodDown,
}

/// <summary>What a warden knows; in memory only. Instants are of its own monotonic clock, which all processes of the host share.</summary>
/// <param name="Holder">Names the process, so that it knows its own writes again.</param>
public sealed record WardenState(CellId Cell, string Holder)
{
    public WardenPhase Phase { get; init; }

    /// <summary>From before the sending of the last renewal that was acknowledged; at first that of the process before it, or its own start.</summary>
    public TimeSpan SentAt { get; init; }

    /// <summary>That is when it was sent. Else nobody on this host knows, and nobody may have enforced the lease for long.</summary>
    public bool IsSentAtKnown { get; init; }

    /// <summary>When the last write of the lease was sent, answered or not.</summary>
    public TimeSpan? WroteAt { get; init; }

    /// <summary>The lease as the last answer showed it; null before the first.</summary>
    public LeaseState? Lease { get; init; }

    /// <summary>The epoch under which it renews.</summary>
    public long Epoch { get; init; }

    /// <summary>The roster as the last answer showed it.</summary>
    public Roster Roster { get; init; } = Roster.Empty;

    /// <summary>By member: when the newest question was sent that it answered with "I cannot reach it either".</summary>
    public ImmutableSortedDictionary<string, TimeSpan> Confirmations { get; init; } = ImmutableSortedDictionary.Create<string, TimeSpan>(StringComparer.Ordinal);

    public TimeSpan? AskedAt { get; init; }

    /// <summary>Since when it lives by the roster; null while it renews.</summary>
    public TimeSpan? HoldingSince { get; init; }

    /// <summary>What is to be killed and is not noted yet.</summary>
    public ImmutableArray<AttemptKey> Condemned { get; init; } = [];

    /// <summary>When each candidate silo was last heard.</summary>
    public ImmutableSortedDictionary<string, TimeSpan> SilosHeard { get; init; } = ImmutableSortedDictionary.Create<string, TimeSpan>(StringComparer.Ordinal);

    public TimeSpan TickedAt { get; init; }

    /// <summary>It was told to end: it stops everything first.</summary>
    public bool IsEnding { get; init; }

    /// <summary>The epoch under which starts are let through on the host (<see cref="Cells.ServingMachine.MayStart"/>): none, which is 0, from the moment in which it stops. Null where it has nothing to say: another may hold the lease yet.</summary>
    public long? Gate => Phase switch
    {
        WardenPhase.Leased => Epoch,
        WardenPhase.Seeking or WardenPhase.StoodDown => null,
        _ => 0,
    };

    public bool IsStopping => Phase is WardenPhase.Freezing or WardenPhase.Noting or WardenPhase.Killing;
}

/// <summary>Something that happened to a warden.</summary>
public abstract record WardenEvent(TimeSpan At)
{
    /// <summary>A moment passed: several times a second.</summary>
    public sealed record Ticked(TimeSpan At) : WardenEvent(At);

    /// <summary>A write of the lease was answered: carried out or not, this is the row now.</summary>
    /// <param name="SentAt">From before it was sent.</param>
    /// <param name="IsDone">The condition held.</param>
    public sealed record Wrote(TimeSpan At, TimeSpan SentAt, LeaseEvent Write, bool IsDone, LeaseState Lease, Roster Roster) : WardenEvent(At);

    /// <summary>The process before it renews yet, and was acknowledged: what was sent then still counts.</summary>
    public sealed record RenewalSeen(TimeSpan At, TimeSpan SentAt) : WardenEvent(At);

    /// <param name="AskedAt">From before the question was sent.</param>
    public sealed record Answered(TimeSpan At, TimeSpan AskedAt, CellId Member, bool ReachesDatabase) : WardenEvent(At);

    /// <summary>The group is frozen, by whatever process.</summary>
    public sealed record FoundFrozen(TimeSpan At) : WardenEvent(At);

    /// <summary>The group is frozen, and these attempts have a process in it.</summary>
    public sealed record Frozen(TimeSpan At, ImmutableArray<AttemptKey> Attempts) : WardenEvent(At);

    /// <summary>The notes of the kills are durable.</summary>
    public sealed record KillsNoted(TimeSpan At) : WardenEvent(At);

    /// <summary>Everything in the group was killed once.</summary>
    /// <param name="Left">Attempts that have a process since; a start was in flight.</param>
    /// <param name="StartsInFlight">Starts that were ordered and of which it is not known what came.</param>
    public sealed record Swept(TimeSpan At, ImmutableArray<AttemptKey> Left, int StartsInFlight) : WardenEvent(At);

    public sealed record SiloSpoke(TimeSpan At, string Silo) : WardenEvent(At);

    public sealed record SiloEnded(TimeSpan At, string Silo) : WardenEvent(At);

    /// <summary>The silo was told to end, by somebody who wants it so.</summary>
    public sealed record SiloLeft(TimeSpan At, string Silo) : WardenEvent(At);

    /// <summary>The warden was told to end.</summary>
    public sealed record EndRequested(TimeSpan At) : WardenEvent(At);
}

/// <summary>What a warden orders on its host, and of the database and the roster.</summary>
public abstract record WardenEffect
{
    private WardenEffect()
    {
    }

    /// <summary>Write to the lease's row. The answer comes as <see cref="WardenEvent.Wrote"/>, or never.</summary>
    public sealed record Write(LeaseEvent Event) : WardenEffect;

    /// <summary>Ask a member whether it reaches the database.</summary>
    public sealed record Ask(CellId Member) : WardenEffect;

    /// <summary>Stop the time of every process of every attempt, without the engine.</summary>
    public sealed record Freeze : WardenEffect;

    /// <summary>Write down durably on the host that these are killed by our order, and when.</summary>
    /// <param name="IsOutlived">They lived on after the lease had lapsed for others: their tasks are told "unconfirmed".</param>
    public sealed record NoteKills(ImmutableArray<AttemptKey> Attempts, bool IsOutlived) : WardenEffect;

    /// <summary>Kill every process of the noted attempts without the engine and without a grace, and see what is left.</summary>
    public sealed record KillAll : WardenEffect;

    /// <summary>Let processes run again: the lease is taken.</summary>
    public sealed record Thaw : WardenEffect;

    public sealed record KillSilo(string Silo) : WardenEffect;

    public sealed record StartSilo(string Silo) : WardenEffect;

    /// <summary>End this process, or this part of it; it enforces nothing any more.</summary>
    public sealed record StandDown : WardenEffect;
}
