using System.Diagnostics;
using Granary.Core.Leases;
using static Granary.Core.Cells.ServingEffect;
using static Granary.Core.Cells.ServingEvent;
using static Granary.Core.Cells.ServingPhase;
using Decision = Granary.Core.Decision<Granary.Core.Cells.ServingState, Granary.Core.Cells.ServingEffect>;

namespace Granary.Core.Cells;

/// <summary>
/// Decides how a candidate silo comes to serve a cell, and what it does when the warden falls silent. Pure.
/// <code>
///             lock            epoch + 1              compared
///   WAITING --------> TAKING -----------> COMPARING ----------> SERVING
///                                             ^                    |
///                                             +--------------------+
///                                              the lease was taken anew
/// </code>
/// The kernel frees the lock when the process dies, and not before: there is no way back to WAITING.
/// </summary>
public static class ServingMachine
{
    /// <param name="wardenHeardAt">When this process began, if a warden began it; null if it came up alone.</param>
    public static ServingState Start(CellId cell, string server, TimeSpan? wardenHeardAt) => new(cell, server) { WardenHeardAt = wardenHeardAt };

    public static Decision Decide(ServingState serving, ServingEvent @event, LeasePolicy policy) => (serving.Phase, @event) switch
    {
        (_, Ticked ticked) when serving.WardenHeardAt is not null && ticked.At - serving.TickedAt > policy.WardenSilentAfter => Decision.Move(serving with { TickedAt = ticked.At, WardenHeardAt = ticked.At }), // Who slept itself cannot tell whether the warden was silent: it listens first.
        (_, Ticked ticked) => Tick(serving with { TickedAt = ticked.At }, ticked.At, policy),
        (_, EngineProbed probed) => Decision.Move(serving with { EngineAnswers = probed.Answers }),

        (_, LeaseTold told) => Hear(serving, told),
        (Waiting, WardenEnded) => Decision.Move(serving with { WardenHeardAt = null }), // The server stands in, not the candidates.
        (_, WardenEnded) when serving.StandsIn => Decision.Move(serving with { WardenHeardAt = null }),
        (_, WardenEnded) => StandIn(serving),
        (_, Relieved) => Decision.Move(serving with { StandsIn = false }),

        (Waiting, Locked) => Decision.Move(serving with { Phase = Taking }),
        (Taking, Wrote { IsDone: true, Write: LeaseEvent.ServingTaken } taken) => Decision.Move(serving with { Phase = Comparing, ServingEpoch = taken.Lease.ServingEpoch, WroteAt = null, AskedAt = null }),
        (Taking, Wrote { Write: LeaseEvent.ServingTaken } wrote) => Decision.Move(serving with { ServingEpoch = wrote.Lease.ServingEpoch }),
        (Comparing or Serving, Wrote { Lease: var lease }) when lease.ServingEpoch > serving.ServingEpoch && lease.Server == serving.Server => Decision.Move(serving with { ServingEpoch = lease.ServingEpoch }), // Taken twice, because an answer was slow.
        (Comparing or Serving, Wrote { Lease: var lease }) when lease.ServingEpoch > serving.ServingEpoch => Decision.Move(serving with { Phase = Taking, ServingEpoch = lease.ServingEpoch }), // The lock is here: whoever wrote that is dead, and it came late.

        (Comparing, Compared compared) when compared.LeaseEpoch == serving.LeaseEpoch => Decision.Move(serving with { Phase = Serving, ComparedEpoch = compared.LeaseEpoch }),

        // What comes late, or says nothing new. Listed, so that nothing is ignored by accident.
        (_, Locked or Wrote or Compared) => Decision.Stay(serving),

        _ => throw new UnreachableException($"No rule for {@event} while {serving.Phase}."),
    };

    /// <summary>
    /// Whether an attempt whose start began under this epoch of the lease may be told to the engine now. Asked again right before the engine is told: what
    /// began under an earlier epoch may have been moved by the proof of its end.
    /// </summary>
    /// <param name="gate">
    /// The epoch under which whoever enforces the lease lets starts through, read on the host after the start was marked there: it closes the gate before it looks for marks, so one sees the other.
    /// 0 while it lets none through; null where it says nothing. What this silo was told may be older.
    /// </param>
    public static bool MayStart(ServingState serving, long? gate, long beganUnder, TimeSpan at, LeasePolicy policy) =>
        serving.Phase == Serving
        && (gate is null || gate == beganUnder)
        && serving.EngineAnswers
        && serving.ComparedEpoch == serving.LeaseEpoch
        && beganUnder == serving.LeaseEpoch
        && serving.LeaseSentAt + policy.StopAfter - at > policy.StartMargin;

    private static Decision Tick(ServingState serving, TimeSpan at, LeasePolicy policy)
    {
        if (serving.Phase == Waiting)
        {
            return Decision.Move(serving, new TryLock());
        }

        if (serving.StandsIn ? serving.WardenHeardAt is { } standInAt && at - standInAt > policy.WardenSilentAfter : serving.WardenHeardAt is not { } heardAt || at - heardAt > policy.WardenSilentAfter)
        {
            return StandIn(serving);
        }

        if (serving is { StandsIn: true, WardenHeardAt: null, LeaseSentAt: not null } && IsDue(serving.WardenStartedAt, at, policy.StopAfter))
        {
            return Decision.Move(serving with { WardenStartedAt = at }, new StartWarden()); // Only one who has the lease can hand it over.
        }

        return serving.Phase switch
        {
            Taking when IsDue(serving.WroteAt, at, policy.RetryEvery) => Decision.Move(serving with { WroteAt = at }, new Write(new LeaseEvent.ServingTaken(serving.Server, serving.ServingEpoch))),
            Comparing when serving.EngineAnswers && serving.LeaseSentAt is not null && IsDue(serving.AskedAt, at, policy.RenewEvery) => Decision.Move(serving with { AskedAt = at }, new Compare(serving.LeaseEpoch)),
            Serving when serving.EngineAnswers && IsDue(serving.WroteAt, at, policy.RenewEvery) => Decision.Move(serving with { WroteAt = at }, new Write(new LeaseEvent.ServingSaid(serving.ServingEpoch))),
            _ => Decision.Move(serving),
        };
    }

    private static Decision Hear(ServingState serving, LeaseTold told)
    {
        var heard = told.ByWarden ? serving with { WardenHeardAt = told.At } : serving;
        if (told.SentAt is null || told.Epoch < serving.LeaseEpoch)
        {
            return Decision.Move(told.ByWarden && serving.StandsIn ? heard : heard with { LeaseSentAt = null }); // A new warden that has no lease yet takes none away.
        }

        var isNew = told.Epoch > serving.LeaseEpoch;
        var phase = isNew && serving.Phase == Serving ? Comparing : serving.Phase;
        return Decision.Move(heard with { Phase = phase, LeaseEpoch = told.Epoch, LeaseSentAt = told.SentAt, AskedAt = isNew ? null : serving.AskedAt });
    }

    private static Decision StandIn(ServingState serving)
    {
        var next = serving with { WardenHeardAt = null, StandsIn = true };
        return serving.StandsIn
            ? Decision.Move(next, new KillWarden())
            : Decision.Move(next with { WardenStartedAt = null }, new KillWarden(), new StandIn(serving.LeaseSentAt));
    }

    private static bool IsDue(TimeSpan? last, TimeSpan at, TimeSpan period) => last is null || at - last >= period;
}
