using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Tasks;

namespace Granary.Core.Builds;

/// <summary>
/// What holds for every decision about a build; its staging keeps besides what <see cref="TaskInvariants"/> lists.
/// 1. A build that is STAGED or FAILED keeps its outcome; only the story of its staging may gain a doubt.
/// 2. It is STAGING exactly while its staging has not ended.
/// 3. STAGED has something to run from, and no error; FAILED has an error, and nothing to run from.
/// 4. A decision that does not change says so: its next state is the one before.
/// </summary>
public static class BuildInvariants
{
    /// <summary>The broken rules in words; empty when all hold.</summary>
    public static ImmutableArray<string> Check(DropletState before, Decision<DropletState, AttemptEffect> decision)
    {
        var after = decision.Next;
        var rules = new BrokenRules();
        rules.Require(before.Phase is not (DropletPhase.Staged or DropletPhase.Failed) || before with { Staging = after.Staging, UpdatedAt = after.UpdatedAt } == after, "1: a build that has ended changed");
        rules.Require((after.Phase == DropletPhase.Staging) == after.Staging is { IsFinished: false }, "2: STAGING does not go with its staging");
        rules.Require(after.Phase != DropletPhase.Staged || (after.Source is not null && after.Error is null), "3: STAGED with an error, or from nothing");
        rules.Require(after.Phase != DropletPhase.Failed || (after.Source is null && after.Error is not null), "3: FAILED without an error, or with something to run from");
        rules.Require(decision.Changes || ReferenceEquals(before, after), "4: changed in silence");
        return after.Staging is { } staging && !ReferenceEquals(staging, before.Staging)
            ? [.. rules.All, .. TaskInvariants.Check(before.Staging ?? new TaskState(), new Decision<TaskState, AttemptEffect>(staging, true, decision.Effects))]
            : rules.All;
    }
}
