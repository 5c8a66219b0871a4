using System.Collections.Immutable;

namespace Granary.Core.Quotas;

/// <summary>
/// What holds for every decision about a tally; used by tests and by the grain before it saves.
/// 1. What was given is on the list, unless it takes nothing, and with it no limit is passed by what it asked more.
/// 2. What counts nothing lists nothing.
/// 3. A claim leaves the list only by a count, or because nothing is limited any more.
/// 4. Nobody is refused by a list that was not counted for him, unless for what he asks alone.
/// 5. A refusal changes nothing, and nothing changes in silence.
/// </summary>
public static class TallyInvariants
{
    public static ImmutableArray<string> Check(TallyState before, TallyEvent @event, Decision<TallyState, TallyEffect> decision)
    {
        var after = decision.Next;
        var claimed = (TallyEvent.Claimed)@event;
        var rules = new BrokenRules();
        if (decision.Changes && claimed.Standing.IsCounted)
        {
            var others = after.Claims.Values.Where(each => each.Holder != claimed.Claim.Holder).ToArray();
            var given = after.Claims.GetValueOrDefault(claimed.Claim.Holder);
            rules.Require(claimed.Claim.IsKept ? given is not null && !claimed.Claim.Exceeds(given) && given.At == claimed.Claim.At : given is null, "1: given and not listed");
            rules.Require(Had(before, claimed).Any(had => QuotaRules.Faults(claimed.Standing, claimed.Claim, had, others).Faults.IsEmpty), "1: a limit is passed");
        }

        rules.Require(after.CountedAt is not null || after.Claims.IsEmpty, "2: lists what it does not count");
        rules.Require(claimed.Found is not null || !claimed.Standing.IsCounted || before.Claims.Keys.All(after.Claims.ContainsKey), "3: a claim was lost");
        rules.Require(decision.Refusal is null || claimed.Found is not null || !QuotaRules.Faults(claimed.Standing, claimed.Claim, null, []).Faults.IsEmpty, "4: refused without a count");
        rules.Require((decision.Changes || ReferenceEquals(before, after)) && (decision.Refusal is null || !decision.Changes), "5: changed in silence");
        return rules.All;
    }

    /// <summary>What the holder may have had: by the list, or by the rows.</summary>
    private static Claim?[] Had(TallyState before, TallyEvent.Claimed claimed) =>
        [before.Claims.GetValueOrDefault(claimed.Claim.Holder), claimed.Found?.FirstOrDefault(each => each.Holder == claimed.Claim.Holder)?.Claim];
}
