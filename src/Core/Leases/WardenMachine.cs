using System.Collections.Immutable;
using System.Diagnostics;
using static Granary.Core.Leases.WardenEffect;
using static Granary.Core.Leases.WardenEvent;
using static Granary.Core.Leases.WardenPhase;
using Decision = Granary.Core.Decision<Granary.Core.Leases.WardenState, Granary.Core.Leases.WardenEffect>;

namespace Granary.Core.Leases;

/// <summary>
/// Decides what the process that enforces a cell's lease does next: the warden, or the serving silo that stands in for it. Pure.
/// <code>
///   SEEKING --- taken --> LEASED --- silence, revoked --> FREEZING --> NOTING --> KILLING --+
///      |                   ^  |                              ^             ^         |      |
///      |  silence, revoked |  | taken by another             |             +---------+      | nothing is left,
///      +-------------------|--|------------------------------+          something is left   | no start in flight
///                          |  v                                                            v
///                          | STOOD DOWN                                                 STOPPED
///                          +----------------------- confirmed if revoked, taken -----------+
/// </code>
/// Once it stops it goes through with it: a renewal that is acknowledged meanwhile saves nobody.
/// </summary>
public static class WardenMachine
{
    /// <summary>A warden that begins.</summary>
    /// <param name="sentAt">When the last acknowledged renewal of the process before it was sent, as handed over; null when there was none, or it is not known.</param>
    public static WardenState Start(Cells.CellId cell, string holder, TimeSpan at, TimeSpan? sentAt, IEnumerable<string> silos) => new(cell, holder)
    {
        SentAt = sentAt ?? at,
        IsSentAtKnown = sentAt is not null,
        TickedAt = at,
        SilosHeard = silos.ToImmutableSortedDictionary(each => each, _ => at, StringComparer.Ordinal),
    };

    public static Decision Decide(WardenState warden, WardenEvent @event, LeasePolicy policy) => (warden.Phase, @event) switch
    {
        (StoodDown, _) => Decision.Stay(warden),

        (_, SiloSpoke spoke) => Decision.Move(warden with { SilosHeard = warden.SilosHeard.SetItem(spoke.Silo, spoke.At) }),
        (_, SiloEnded ended) => Decision.Move(warden with { SilosHeard = warden.SilosHeard.SetItem(ended.Silo, ended.At) }, new StartSilo(ended.Silo)),
        (_, SiloLeft left) => Decision.Move(warden with { SilosHeard = warden.SilosHeard.Remove(left.Silo) }),
        (Seeking or Leased, EndRequested) => Stop(warden with { IsEnding = true }), // Nobody would enforce the lease: nothing may run on under it.
        (Stopped, EndRequested) => Decision.Move(warden with { Phase = StoodDown }, new StandDown()),
        (_, EndRequested) => Decision.Move(warden with { IsEnding = true }),
        (_, Ticked ticked) => Tick(warden, ticked.At, policy),

        (Seeking, RenewalSeen seen) when seen.SentAt > warden.SentAt => Decision.Move(warden with { SentAt = seen.SentAt, IsSentAtKnown = true }), // Whoever it takes the lease over from enforces it until then.
        (_, RenewalSeen) => Decision.Stay(warden),

        (Seeking or Stopped, Wrote { IsDone: true, Write: LeaseEvent.Taken } taken) => Take(warden, taken, policy),
        (Seeking, Wrote wrote) when wrote.Lease.Standing is LeaseStanding.Revoked or LeaseStanding.Lapsed => Stop(Learn(warden, wrote)),
        (Leased, Wrote wrote) when wrote.Lease.Epoch > warden.Epoch && IsMine(warden, wrote.Lease) => Decision.Move(Learn(warden, wrote) with { Epoch = wrote.Lease.Epoch }), // Taken twice, because an answer was slow.
        (Leased, Wrote wrote) when IsOvertaken(warden, wrote.Lease) => Decision.Move(Learn(warden, wrote) with { Phase = StoodDown, HoldingSince = null }, new StandDown()),
        (Leased, Wrote { IsDone: true, Write: LeaseEvent.Renewed } renewed) => Renew(warden, renewed),
        (Leased, Wrote wrote) when wrote.Lease.Epoch >= warden.Epoch && wrote.Lease.Standing != LeaseStanding.Held => Stop(Learn(warden, wrote)),
        (Leased, Wrote { IsDone: false, Write: LeaseEvent.Renewed renewed } wrote) when renewed.Epoch == warden.Epoch && wrote.Lease.Epoch < warden.Epoch => Stop(Learn(warden, wrote)), // The database is older than the lease: restored from a backup.

        (Leased, Answered { ReachesDatabase: false } answered) => Confirm(warden, answered),

        (Leased, FoundFrozen) => Decision.Stay(warden, new Thaw()), // By a silo that stood in, did not hear that it was relieved, and may be dead by now.

        (Freezing, Frozen { Attempts.IsEmpty: true }) => Decision.Move(warden with { Phase = Killing }, new KillAll()),
        (Freezing, Frozen frozen) => Note(warden, frozen.At, frozen.Attempts, policy),
        (Noting, KillsNoted) => Decision.Move(warden with { Phase = Killing, Condemned = [] }, new KillAll()),
        (Killing, Swept { Left.IsEmpty: false } swept) => Note(warden, swept.At, swept.Left, policy),
        (Killing, Swept { StartsInFlight: > 0 }) => Decision.Stay(warden), // Swept again with the next tick.
        (Killing, Swept) when warden.IsEnding => Decision.Move(warden with { Phase = StoodDown }, new StandDown()),
        (Killing, Swept) => Decision.Move(warden with { Phase = Stopped, WroteAt = null }),

        (Seeking or Freezing or Noting or Killing or Stopped, Wrote wrote) => Decision.Move(Learn(warden, wrote)),

        // Answers that come late, and to questions nobody asks any more. Listed, so that nothing is ignored by accident.
        (_, Wrote or Answered or FoundFrozen or Frozen or KillsNoted or Swept) => Decision.Stay(warden),

        _ => throw new UnreachableException($"No rule for {@event} while {warden.Phase}."),
    };

    /// <summary>Whether it may live on without renewing: every other member that it knew of said lately that it cannot reach the database either.</summary>
    public static bool MayHold(WardenState warden, TimeSpan at, LeasePolicy policy) =>
        policy.Outage == OutageRule.Hold
        && warden.Phase == Leased
        && warden.Roster.Others(warden.Cell).All(member => warden.Confirmations.TryGetValue(member.Name, out var askedAt) && at - askedAt <= policy.ConfirmedWithin);

    /// <summary>The time that is left until the attempts are stopped for silence.</summary>
    public static TimeSpan Left(WardenState warden, TimeSpan at, LeasePolicy policy) => warden.Phase == Leased ? warden.SentAt + policy.StopAfter - at : TimeSpan.Zero;

    private static Decision Tick(WardenState warden, TimeSpan at, LeasePolicy policy)
    {
        var effects = ImmutableArray.CreateBuilder<WardenEffect>();
        var next = Supervise(warden, at, policy, effects) with { TickedAt = at };
        var silence = at - next.SentAt;
        switch (next.Phase)
        {
            case Seeking or Leased when silence >= policy.StopAfter && !MayHold(next, at, policy):
                var stopped = Stop(next);
                return Decision.Move(stopped.Next, [.. effects, .. stopped.Effects]);
            case Freezing:
                effects.Add(new Freeze());
                break;
            case Noting:
                effects.Add(new NoteKills(next.Condemned, IsOutlived(next, at, policy)));
                break;
            case Killing:
                effects.Add(new KillAll());
                break;
            case Seeking when !next.IsSentAtKnown:
                effects.Add(new Freeze()); // Others may run already what runs here: until the row has told, nothing does. With the lease it goes on.
                next = Write(next, at, policy, effects);
                break;
            default:
                next = Ask(Write(next, at, policy, effects), at, policy, effects);
                break;
        }

        return Decision.Move(next, effects.ToImmutable());
    }

    /// <summary>A silo that is not heard hangs. Who slept itself cannot tell: it listens first.</summary>
    private static WardenState Supervise(WardenState warden, TimeSpan at, LeasePolicy policy, ImmutableArray<WardenEffect>.Builder effects)
    {
        if (at - warden.TickedAt > policy.WardenSilentAfter)
        {
            return warden with { SilosHeard = warden.SilosHeard.ToImmutableSortedDictionary(each => each.Key, _ => at, StringComparer.Ordinal) };
        }

        foreach (var (silo, heardAt) in warden.SilosHeard)
        {
            if (at - heardAt > policy.SiloHangsAfter)
            {
                effects.Add(new KillSilo(silo));
                warden = warden with { SilosHeard = warden.SilosHeard.SetItem(silo, at) };
            }
        }

        return warden;
    }

    private static WardenState Write(WardenState warden, TimeSpan at, LeasePolicy policy, ImmutableArray<WardenEffect>.Builder effects)
    {
        var isAnswered = warden.Phase == Leased && warden.WroteAt == warden.SentAt;
        if (at - warden.WroteAt < (isAnswered ? policy.RenewEvery : policy.RetryEvery))
        {
            return warden;
        }

        effects.Add(new Write(warden switch
        {
            { Phase: Leased } => new LeaseEvent.Renewed(warden.Epoch, warden.Roster.Version),
            { Lease: { Standing: LeaseStanding.Revoked or LeaseStanding.Lapsed } lease, Phase: Stopped } => new LeaseEvent.StopConfirmed(lease.Epoch),
            _ => new LeaseEvent.Taken(warden.Holder, warden.Lease?.Epoch ?? 0),
        }));
        return warden with { WroteAt = at };
    }

    private static WardenState Ask(WardenState warden, TimeSpan at, LeasePolicy policy, ImmutableArray<WardenEffect>.Builder effects)
    {
        var silence = at - warden.SentAt;
        if (warden.Phase != Leased || policy.Outage == OutageRule.Stop || silence < policy.WithoutAfter || at - warden.AskedAt < policy.RetryEvery)
        {
            return warden;
        }

        effects.AddRange(warden.Roster.Others(warden.Cell).Select(member => new Ask(member)));
        return warden with { AskedAt = at, HoldingSince = silence < policy.StopAfter ? null : warden.HoldingSince ?? at };
    }

    private static Decision Take(WardenState warden, Wrote taken, LeasePolicy policy)
    {
        if (taken.At - taken.SentAt >= policy.StopAfter)
        {
            return Decision.Move(Learn(warden, taken)); // Too old to stand on: it is taken again.
        }

        // Whoever froze the group may be dead: with the lease it runs again, whatever is left in it.
        return Decision.Move(
            Learn(warden, taken) with { Phase = Leased, Epoch = taken.Lease.Epoch, SentAt = taken.SentAt, IsSentAtKnown = true, HoldingSince = null, Confirmations = warden.Confirmations.Clear() },
            new Thaw());
    }

    private static Decision Renew(WardenState warden, Wrote renewed) =>
        renewed.SentAt <= warden.SentAt
            ? Decision.Stay(warden)
            : Decision.Move(Learn(warden, renewed) with { SentAt = renewed.SentAt, HoldingSince = null });

    private static Decision Confirm(WardenState warden, Answered answered) =>
        warden.Confirmations.TryGetValue(answered.Member.Name, out var before) && before >= answered.AskedAt
            ? Decision.Stay(warden)
            : Decision.Move(warden with { Confirmations = warden.Confirmations.SetItem(answered.Member.Name, answered.AskedAt) });

    private static bool IsMine(WardenState warden, LeaseState lease) => lease.Standing == LeaseStanding.Held && lease.Holder == warden.Holder;

    private static bool IsOvertaken(WardenState warden, LeaseState lease) => lease.Standing == LeaseStanding.Held && lease.Epoch > warden.Epoch;

    private static Decision Stop(WardenState warden) => Decision.Move(warden with { Phase = Freezing, HoldingSince = null }, new Freeze());

    private static Decision Note(WardenState warden, TimeSpan at, ImmutableArray<Attempts.AttemptKey> attempts, LeasePolicy policy) =>
        Decision.Move(warden with { Phase = Noting, Condemned = attempts }, new NoteKills(attempts, IsOutlived(warden, at, policy)));

    /// <summary>Others may have moved what still ran here: the row says so, or the silence was long enough for it, or nobody knows how long it was.</summary>
    private static bool IsOutlived(WardenState warden, TimeSpan at, LeasePolicy policy) =>
        warden.Lease?.Standing == LeaseStanding.Lapsed || !warden.IsSentAtKnown || at - warden.SentAt >= policy.LapseAfter;

    /// <summary>Keeps the newest of what the answers show: one may overtake another.</summary>
    private static WardenState Learn(WardenState warden, Wrote wrote) => warden with
    {
        Lease = warden.Lease is { } known && (known.Epoch, known.Number).CompareTo((wrote.Lease.Epoch, wrote.Lease.Number)) > 0 ? known : wrote.Lease,
        Roster = wrote.Roster.Version > warden.Roster.Version ? wrote.Roster : warden.Roster,
    };
}
