using System.Collections.Immutable;

namespace Granary.Core.Apps;

/// <summary>
/// What holds for every decision about an app; used by tests and by the grain before it saves.
/// 1. Id, name, space and lifecycle are set once.
/// 2. Sequence ids only rise.
/// 3. STARTED has a droplet.
/// 4. A refusal changes nothing, and an app never ceases to exist in silence.
/// </summary>
public static class AppInvariants
{
    public static ImmutableArray<string> Check(AppState before, Decision<AppState, AppEffect> decision)
    {
        var after = decision.Next;
        var broken = ImmutableArray.CreateBuilder<string>();
        Require(!before.Exists || (after.Id == before.Id && after.Name == before.Name && after.Space == before.Space && after.Lifecycle == before.Lifecycle), "1: identity changed");
        Require(after.SequenceIdsTaken >= before.SequenceIdsTaken, "2: sequence ids fell");
        Require(after.Desired == DesiredState.Stopped || after.CurrentDroplet is not null, "3: started without a droplet");
        Require((decision.Changes || ReferenceEquals(before, after)) && (!before.Exists || after.Exists), "4: changed in silence");
        return broken.ToImmutable();

        void Require(bool holds, string rule)
        {
            if (!holds)
            {
                broken.Add(rule);
            }
        }
    }
}
