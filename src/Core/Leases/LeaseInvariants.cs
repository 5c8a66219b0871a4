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
/// 7. After a moment without a renewal for too long nothing runs on, unless the roster allows it; nor before the lease is taken by one who does not know how long it was.
/// 8. What was frozen runs again exactly when the lease is taken, and when it is found frozen under a lease.
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
        var (after, rules) = (decision.Next, new BrokenRules());
        var isTaken = after.Epoch != before.Epoch;
        rules.Require(after.Epoch >= before.Epoch && after.Number >= before.Number && after.ServingEpoch >= before.ServingEpoch && (!isTaken || after.Standing == LeaseStanding.Held), "1: a number fell");
        rules.Require(after.Standing != LeaseStanding.Held || before.Standing is not (LeaseStanding.Revoked or LeaseStanding.Lapsed), "2: taken without a confirmed stop");
        rules.Require(!isTaken || before.Standing == LeaseStanding.Held || after.Served > before.Served, "2: taken without a serving grace");
        rules.Require(before.Standing == LeaseStanding.Held || isTaken || (after.Number == before.Number && after.Served == before.Served), "3: renewed or served without a lease");
        rules.Require(decision.Effects.Any(each => each is LeaseEffect.MoveAttempts) == (after.ProvesTheEnd && after.Standing != before.Standing), "4: attempts moved without a proof, or not at all");
        rules.Require(decision.Changes || ReferenceEquals(before, after), "13: changed in silence");
        return rules.All;
    }

    public static ImmutableArray<string> Check(WardenState before, WardenEvent @event, Decision<WardenState, WardenEffect> decision, LeasePolicy policy)
    {
        var (after, rules) = (decision.Next, new BrokenRules());
        rules.Require(!decision.Effects.Any(each => each is WardenEffect.KillAll) || (after.Phase == WardenPhase.Killing && after.Condemned.IsEmpty), "5: killed before it was noted");
        rules.Require(!after.IsStopping || !decision.Effects.Any(each => each is WardenEffect.Write), "6: wrote to the lease before everything was stopped");
        rules.Require(after.Phase == WardenPhase.Stopped || !decision.Effects.Any(each => each is WardenEffect.Write { Event: LeaseEvent.StopConfirmed }), "6: confirmed what is not stopped");
        rules.Require(after.Phase != WardenPhase.Stopped || before.Phase == WardenPhase.Stopped || @event is WardenEvent.Swept { Left.IsEmpty: true, StartsInFlight: 0 }, "6: called stopped what still runs");
        rules.Require(@event is not WardenEvent.Ticked || after.Phase is not (WardenPhase.Seeking or WardenPhase.Leased) || @event.At - after.SentAt < policy.StopAfter || WardenMachine.MayHold(after, @event.At, policy), "7: runs on in silence");
        rules.Require(@event is not WardenEvent.Ticked || after.Phase != WardenPhase.Seeking || after.IsSentAtKnown || decision.Effects.Any(each => each is WardenEffect.Freeze), "7: lets run what others may have moved");
        rules.Require(decision.Effects.Any(each => each is WardenEffect.Thaw) == (after.Phase == WardenPhase.Leased && (before.Phase != WardenPhase.Leased || @event is WardenEvent.FoundFrozen)), "8: thawed without a lease");
        rules.Require(decision.Changes || ReferenceEquals(before, after), "13: changed in silence");
        return rules.All;
    }

    public static ImmutableArray<string> Check(JudgeState before, JudgeEvent @event, Decision<JudgeState, JudgeEffect> decision, LeasePolicy policy)
    {
        var (after, rules) = (decision.Next, new BrokenRules());
        var (lapsed, unserved) = (decision.Effects.OfType<JudgeEffect.JudgeLapsed>().ToArray(), decision.Effects.OfType<JudgeEffect.JudgeUnserved>().ToArray());
        rules.Require(lapsed.Length == 0 || (!before.SaidWithout && @event.At - after.RegainedAt >= policy.RegainGrace), "9: judged a lapse too early");
        rules.Require(unserved.Length == 0 || (!before.SaidWithout && @event.At - after.RegainedAt >= policy.ServingGrace), "9: judged a cell unserved too early");
        rules.Require(lapsed.All(each => each.Cell != before.Self) && unserved.All(each => each.Cell != before.Self), "10: judged himself");
        rules.Require(lapsed.Length + unserved.Length == 0 || (@event is JudgeEvent.Read read && read.Roster.Has(before.Self)), "10: judged without a place on the roster");
        rules.Require(decision.Changes || ReferenceEquals(before, after), "13: changed in silence");
        return rules.All;
    }

    public static ImmutableArray<string> Check(ServingState before, Decision<ServingState, ServingEffect> decision)
    {
        var (after, rules) = (decision.Next, new BrokenRules());
        rules.Require(after.Phase != ServingPhase.Serving || after.ComparedEpoch == after.LeaseEpoch, "11: serves under an epoch that was not compared");
        rules.Require(!decision.Effects.Any(each => each is ServingEffect.Write { Event: LeaseEvent.ServingSaid }) || (after.Phase == ServingPhase.Serving && after.EngineAnswers && after.ServingEpoch > 0), "12: said that it serves, and does not");
        rules.Require(decision.Changes || ReferenceEquals(before, after), "13: changed in silence");
        return rules.All;
    }
}
