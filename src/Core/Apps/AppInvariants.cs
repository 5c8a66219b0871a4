using System.Collections.Immutable;

namespace Granary.Core.Apps;

/// <summary>
/// What holds for every decision about an app; used by tests and by the grain before it saves.
/// 1. Id, space and lifecycle are set once, and what is deleted stays so, is stopped, and wakes until it is gone.
/// 2. Sequence ids only rise.
/// 3. STARTED has a droplet.
/// 4. A refusal changes nothing, and an app never ceases to exist in silence.
/// 5. Revisions and versions only rise, and what is wanted of an instance changes only together with the revision.
/// 6. Every instance that is wanted is told, and there is a time to tell again until all have confirmed.
/// 7. A hand-over begins and ends only together with the revision, and only what is wanted is relieved.
/// </summary>
public static class AppInvariants
{
    public static ImmutableArray<string> Check(AppState before, Decision<AppState, AppEffect> decision)
    {
        var after = decision.Next;
        var rules = new BrokenRules();
        rules.Require(!before.Exists || (after.Id == before.Id && after.Space == before.Space && after.Lifecycle == before.Lifecycle), "1: identity changed");
        rules.Require(after.IsDeleted ? after is { Desired: DesiredState.Stopped, WakeAt: not null } : !before.IsDeleted, "1: deleted and yet alive");
        rules.Require(after.SequenceIdsTaken >= before.SequenceIdsTaken, "2: sequence ids fell");
        rules.Require(after.Desired == DesiredState.Stopped || after.CurrentDroplet is not null, "3: started without a droplet");
        rules.Require((decision.Changes || ReferenceEquals(before, after)) && (!before.Exists || after.Exists), "4: changed in silence");
        rules.Require(after.Revision >= before.Revision && (after.Release?.Version ?? 0) >= (before.Release?.Version ?? 0) && (after.Revision > before.Revision || Same(before, after)), "5: what is wanted changed in silence");
        rules.Require(AppProcesses.Wanted(after).All(each => AppProcesses.Of(after, each.Key).Slots >= each.Value) && (after.Revision == before.Revision || after.WakeAt is not null || after.Processes.Values.All(each => each.Slots == 0)), "6: an instance is not told");
        rules.Require(after.Revision > before.Revision || Handed(before).SequenceEqual(Handed(after)), "7: handed over in silence");
        rules.Require(Handed(after).All(each => !each.IsRelieved || each.Index < AppProcesses.Wanted(after).GetValueOrDefault(each.Type)), "7: relieves what is not wanted");
        return rules.All;
    }

    private static IEnumerable<(string Type, int Index, int Lane, bool IsRelieved)> Handed(AppState app) =>
        from process in app.Processes
        from lanes in process.Value.Lanes
        select (process.Key, lanes.Key, lanes.Value.Current, lanes.Value.IsRelieved);

    private static bool Same(AppState before, AppState after) =>
        AppProcesses.Wanted(before).SequenceEqual(AppProcesses.Wanted(after)) && (after.Desired == DesiredState.Stopped || before.Release?.Version == after.Release?.Version);
}
