using System.Collections.Immutable;
using Granary.Core.Cells;

namespace Granary.Core.Leases;

/// <summary>
/// What holds for every decision about a lease, by whichever machine. One list, three users: tests, simulator, and the shells before they act.
/// The lease's row:
/// 1. Epochs and numbers never fall, and the epoch rises exactly when the lease is taken.
/// 2. A lease that was revoked or has lapsed is taken again only after its warden confirmed the stop, and with a serving grace of its own.
/// 3. Only a lease that is held is renewed or served.
/// 4. Attempts move exactly when the end of the lease is proved.
/// The warden:
/// 5. Nothing is killed that was not noted, but for what holds no attempt.
/// 6. The stop is confirmed, and the lease taken after a stop, only when nothing runs and no start is in flight.
/// 7. After a moment without a renewal for too long nothing runs on, unless the roster allows it.
/// 8. What was frozen runs again exactly when the lease is taken.
/// The judge:
/// 9. Who just started or regained the database judges nothing.
/// 10. Nobody judges himself, or as somebody who is not on the roster.
/// The server:
/// 11. Orders are carried out only under the epoch of the lease that was compared.
/// 12. Serving is said only with the lock, an epoch and an engine that answers.
/// All:
/// 13. A decision that does not change says so.
/// </summary>
public static class LeaseInvariants
{
    public static ImmutableArray<string> Check(LeaseState before, Decision<LeaseState, LeaseEffect> decision)
    {
        var (after, broken) = (decision.Next, ImmutableArray.CreateBuilder<string>());
        var isTaken = after.Epoch != before.Epoch;
        Require(broken, after.Epoch >= before.Epoch && after.Number >= before.Number && after.ServingEpoch >= before.ServingEpoch && (!isTaken || after.Standing == LeaseStanding.Held), "1: a number fell");
        Require(broken, after.Standing != LeaseStanding.Held || before.Standing is not (LeaseStanding.Revoked or LeaseStanding.Lapsed), "2: taken without a confirmed stop");
        Require(broken, !isTaken || before.Standing == LeaseStanding.Held || after.Served > before.Served, "2: taken without a serving grace");
        Require(broken, before.Standing == LeaseStanding.Held || isTaken || (after.Number == before.Number && after.Served == before.Served), "3: renewed or served without a lease");
        Require(broken, decision.Effects.OfType<LeaseEffect.MoveAttempts>().Any() == (after.ProvesTheEnd && after.Standing != before.Standing), "4: attempts moved without a proof, or not at all");
        Require(broken, decision.Changes || ReferenceEquals(before, after), "13: changed in silence");
        return broken.ToImmutable();
    }

    public static ImmutableArray<string> Check(WardenState before, WardenEvent @event, Decision<WardenState, WardenEffect> decision, LeasePolicy policy)
    {
        var (after, broken) = (decision.Next, ImmutableArray.CreateBuilder<string>());
        var writes = decision.Effects.OfType<WardenEffect.Write>().Select(each => each.Event).ToArray();
        Require(broken, !decision.Effects.OfType<WardenEffect.KillAll>().Any() || (after.Phase == WardenPhase.Killing && after.Condemned.IsEmpty), "5: killed before it was noted");
        Require(broken, writes.Length == 0 || !after.IsStopping, "6: wrote to the lease before everything was stopped");
        Require(broken, !writes.OfType<LeaseEvent.StopConfirmed>().Any() || after.Phase == WardenPhase.Stopped, "6: confirmed what is not stopped");
        Require(broken, after.Phase != WardenPhase.Stopped || before.Phase == WardenPhase.Stopped || @event is WardenEvent.Swept { Left.IsEmpty: true, StartsInFlight: 0 }, "6: called stopped what still runs");
        Require(broken, @event is not WardenEvent.Ticked || after.Phase is not (WardenPhase.Seeking or WardenPhase.Leased) || @event.At - after.SentAt < policy.StopAfter || WardenMachine.MayHold(after, @event.At, policy), "7: runs on in silence");
        Require(broken, decision.Effects.OfType<WardenEffect.Thaw>().Any() == (before.Phase != WardenPhase.Leased && after.Phase == WardenPhase.Leased), "8: thawed without a lease");
        Require(broken, decision.Changes || ReferenceEquals(before, after), "13: changed in silence");
        return broken.ToImmutable();
    }

    public static ImmutableArray<string> Check(JudgeState before, JudgeEvent @event, Decision<JudgeState, JudgeEffect> decision, LeasePolicy policy)
    {
        var (after, broken) = (decision.Next, ImmutableArray.CreateBuilder<string>());
        var (lapsed, unserved) = (decision.Effects.OfType<JudgeEffect.JudgeLapsed>().ToArray(), decision.Effects.OfType<JudgeEffect.JudgeUnserved>().ToArray());
        Require(broken, lapsed.Length == 0 || (!before.SaidWithout && @event.At - after.RegainedAt >= policy.RegainGrace), "9: judged a lapse too early");
        Require(broken, unserved.Length == 0 || (!before.SaidWithout && @event.At - after.RegainedAt >= policy.ServingGrace), "9: judged a cell unserved too early");
        Require(broken, lapsed.All(each => each.Cell != before.Self) && unserved.All(each => each.Cell != before.Self), "10: judged himself");
        Require(broken, lapsed.Length + unserved.Length == 0 || (@event is JudgeEvent.Read read && read.Roster.Has(before.Self)), "10: judged without a place on the roster");
        Require(broken, decision.Changes || ReferenceEquals(before, after), "13: changed in silence");
        return broken.ToImmutable();
    }

    public static ImmutableArray<string> Check(ServingState before, Decision<ServingState, ServingEffect> decision)
    {
        var (after, broken) = (decision.Next, ImmutableArray.CreateBuilder<string>());
        Require(broken, after.Phase != ServingPhase.Serving || after.ComparedEpoch == after.LeaseEpoch, "11: serves under an epoch that was not compared");
        Require(broken, !decision.Effects.OfType<ServingEffect.Write>().Any(each => each.Event is LeaseEvent.ServingSaid) || (after.Phase == ServingPhase.Serving && after.EngineAnswers && after.ServingEpoch > 0), "12: said that it serves, and does not");
        Require(broken, decision.Changes || ReferenceEquals(before, after), "13: changed in silence");
        return broken.ToImmutable();
    }

    private static void Require(ImmutableArray<string>.Builder broken, bool holds, string rule)
    {
        if (!holds)
        {
            broken.Add(rule);
        }
    }
}
