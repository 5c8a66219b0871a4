using System.Collections.Immutable;
using System.Diagnostics;
using static Granary.Core.Quotas.TallyEvent;
using Decision = Granary.Core.Decision<Granary.Core.Quotas.TallyState, Granary.Core.Quotas.TallyEffect>;

namespace Granary.Core.Quotas;

/// <summary>
/// Decides whether a task or an app gets its share of its organization's quotas, and whether they have room for a build. Pure: same inputs, same decision. The list of claims may say too much, since nobody takes a claim back: the row of a task says that it has
/// ended. So nobody is refused before the rows were counted. It never says too little: a claim is durable before what it is for, and what was there before the limit is counted when the limit comes.
/// </summary>
public static class TallyMachine
{
    /// <summary>Longer than anybody waits to write what a claim was made for: a call between silos is given up after 30 s. A claim without a row that is older came to nothing.</summary>
    public static readonly TimeSpan PromiseMax = TimeSpan.FromMinutes(2);

    /// <summary>Whatever a count missed is found by the next.</summary>
    public static readonly TimeSpan CountEvery = TimeSpan.FromMinutes(1);

    /// <summary>So long after a change of the limits each ask counts: what was admitted under the old ones may not have a row yet.</summary>
    public static readonly TimeSpan Transition = TimeSpan.FromMinutes(1);

    /// <summary>Claims beyond twice those of the last count before it is counted again, so that the list stays short and counting rare.</summary>
    private const int ClaimsSpare = 64;

    public static Decision Decide(TallyState tally, TallyEvent @event) => @event switch
    {
        Claimed { Standing.IsCounted: false } => tally.CountedAt is null ? Decision.Stay(tally) : Decision.Move(new TallyState { Organization = tally.Organization }),
        Claimed { Found: null } claimed when MustCount(tally, claimed) => Decision.Stay(tally, new TallyEffect.Count()),
        Claimed claimed => Judge(tally, claimed.Found is { } found ? Counted(tally, claimed, found) : tally, claimed),

        _ => throw new UnreachableException($"No rule for {@event}."),
    };

    private static bool MustCount(TallyState tally, Claimed claimed) =>
        tally.CountedAt is not { } at
        || tally.Version != claimed.Standing.Version
        || claimed.At - at > CountEvery
        || claimed.At - tally.LimitedSince < Transition
        || tally.Claims.Count > (2 * tally.CountedClaims) + ClaimsSpare;

    private static Decision Judge(TallyState before, TallyState tally, Claimed claimed)
    {
        var claim = claimed.Claim;
        var held = tally.Claims.GetValueOrDefault(claim.Holder);
        if (!claim.Exceeds(held))
        {
            // The same again, or less: what is too much on the list hurts nobody. It is as good as new, because what it is for is written only now.
            return claim.At > held!.At ? Decision.Move(tally with { Claims = tally.Claims.SetItem(claim.Holder, held with { At = claim.At }) }) : Decision.Stay(before);
        }

        var (faults, dependOnOthers) = QuotaRules.Faults(claimed.Standing, claim, held, [.. tally.Claims.Values.Where(each => each.Holder != claim.Holder)]);
        return faults.IsEmpty && claim.IsKept ? Decision.Move(tally with { Claims = tally.Claims.SetItem(claim.Holder, claim) })
            : faults.IsEmpty ? new Decision(tally, claimed.Found is not null, []) // What was counted is worth keeping.
            : dependOnOthers && claimed.Found is null ? Decision.Stay(before, new TallyEffect.Count())
            : Decision.Refuse(before, new Refusal(RefusalReason.Invalid, faults));
    }

    /// <summary>The list by the rows. Only what may not have come to its row yet is believed without one.</summary>
    private static TallyState Counted(TallyState tally, Claimed claimed, ImmutableArray<Holding> found)
    {
        var claims = tally.Claims.Where(each => claimed.At - each.Value.At < PromiseMax).ToImmutableSortedDictionary();
        foreach (var holding in found)
        {
            var promise = claims.GetValueOrDefault(holding.Holder);
            if (promise is { Kind: ClaimKind.App } && holding.AsOf < promise.At)
            {
                continue; // Its app has not written yet what this was made for.
            }

            claims = holding.Claim is { } claim ? claims.SetItem(holding.Holder, claim) : claims.Remove(holding.Holder);
        }

        return new TallyState
        {
            Organization = claimed.Standing.Organization,
            Claims = claims,
            Version = claimed.Standing.Version,
            LimitedSince = tally.CountedAt is not null && tally.Version == claimed.Standing.Version ? tally.LimitedSince : claimed.At,
            CountedAt = claimed.At,
            CountedClaims = claims.Count,
        };
    }
}
