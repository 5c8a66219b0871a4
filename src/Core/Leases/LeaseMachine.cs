using System.Diagnostics;
using static Granary.Core.Leases.LeaseEffect;
using static Granary.Core.Leases.LeaseEvent;
using static Granary.Core.Leases.LeaseStanding;
using Decision = Granary.Core.Decision<Granary.Core.Leases.LeaseState, Granary.Core.Leases.LeaseEffect>;

namespace Granary.Core.Leases;

/// <summary>
/// Decides what a write makes of a cell's lease. Pure; the database applies it in one transaction with the roster.
/// <code>
///              taken              nobody serves
///   ABSENT ----------> HELD --------------------> REVOKED
///                      ^  |                        |   |
///               taken  |  | same number too long   |   | the same
///                      |  v                        |   v
///                      | LAPSED  &lt;-----------------|---+
///                      |  |                        |
///                      |  | everything is stopped  |
///                      |  v                        |
///                     CONFIRMED &lt;------------------+
/// </code>
/// LAPSED and CONFIRMED prove that what ran under the lease is gone. Whoever moves an attempt by that proof reads the task's row first and the lease second;
/// whoever serves under a lease that was taken anew reads the rows after the taking, and fences what it does not run. So a cell never starts an
/// attempt that the proof of an earlier lease has moved.
/// </summary>
public static class LeaseMachine
{
    /// <param name="roster">As it is in the transaction of the write: who was removed judges nobody.</param>
    public static Decision Decide(LeaseState lease, Roster roster, LeaseEvent @event) => (lease.Standing, @event) switch
    {
        (Absent or Confirmed, Taken taken) when taken.EpochSeen == lease.Epoch => Take(lease with { RosterVersion = roster.Join(lease.Cell).Version, Served = lease.Served + 1 }, taken), // A judge that missed the end gives the cell time to be served anew.
        (Held, Taken taken) when taken.EpochSeen == lease.Epoch => Take(lease, taken), // The one before may still hold by the roster that it knew: nobody who joined since may judge it.

        (Held, Renewed renewed) when renewed.Epoch == lease.Epoch => Decision.Move(lease with { Number = lease.Number + 1, RosterVersion = renewed.RosterVersion }),
        (Held, ServingTaken taken) when taken.ServingEpochSeen == lease.ServingEpoch => Decision.Move(lease with { ServingEpoch = lease.ServingEpoch + 1, Server = taken.Server, Served = lease.Served + 1 }),
        (Held, ServingSaid said) when said.ServingEpoch == lease.ServingEpoch => Decision.Move(lease with { Served = lease.Served + 1 }),

        (Held or Revoked, LapseJudged judged) when MayLapse(lease, roster, judged) =>
            End(lease with { Standing = Lapsed, IsUnconfirmed = judged.IsUnconfirmed }, new LeaveRoster(lease.Cell)),
        (Held, UnservedJudged judged) when MayRevoke(lease, roster, judged) => Decision.Move(lease with { Standing = Revoked }),

        (Revoked or Lapsed, StopConfirmed confirmed) when confirmed.Epoch == lease.Epoch => End(lease with { Standing = Confirmed }),

        // What comes late, from somebody replaced, or about a lease that has moved on. Listed, so that nothing is ignored by accident.
        (_, Taken or Renewed or ServingTaken or ServingSaid or LapseJudged or UnservedJudged or StopConfirmed) => Decision.Stay(lease),

        _ => throw new UnreachableException($"No rule for {@event} while {lease.Standing}."),
    };

    private static Decision Take(LeaseState lease, Taken taken) => Decision.Move(
        lease with { Standing = Held, Epoch = lease.Epoch + 1, Holder = taken.Holder, Number = lease.Number + 1, IsUnconfirmed = false },
        new JoinRoster(lease.Cell));

    private static Decision End(LeaseState ended, params LeaseEffect[] before) => Decision.Move(ended, [.. before, new MoveAttempts(ended.Cell, ended.EndEvidence!)]);

    /// <summary>The number is the one that the judge saw, and the judge is one whom the warden asks before it holds, or calls the lapse unconfirmed.</summary>
    private static bool MayLapse(LeaseState lease, Roster roster, LapseJudged judged) =>
        judged.Number == lease.Number
        && judged.Judge != lease.Cell
        && roster.Has(judged.Judge)
        && (judged.IsUnconfirmed || roster.HasSince(judged.Judge, lease.RosterVersion));

    private static bool MayRevoke(LeaseState lease, Roster roster, UnservedJudged judged) =>
        judged.ServingEpoch == lease.ServingEpoch && judged.Served == lease.Served && roster.Has(judged.Judge);
}
