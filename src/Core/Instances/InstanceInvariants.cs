using System.Collections.Immutable;
using Granary.Core.Attempts;

namespace Granary.Core.Instances;

/// <summary>
/// What holds for every decision about an instance. One list, three users: tests, simulator, and the grain before it saves.
/// 1. What it is an instance of is set once.
/// 2. The attempt number never falls and rises by one, and only into RUNNING, or while it begins to wait to what its app said that was taken; the app's revision never falls.
/// 3. A cell is held exactly while RUNNING or CANCELING, and the process is up only while it is held.
/// 4. STOPPED is not wanted and waits for nothing; PENDING, RUNNING, SUCCEEDED and FAILED are wanted.
/// 5. What is wanted waits for something that comes: PENDING for placement, RUNNING for its cell; CANCELING, SUCCEEDED and FAILED have a time to look again, and so has who has to tell its app something.
/// 6. An attempt is ordered to start only by the decision that placed it, and only with the number it placed.
/// 7. A decision that does not change says so: its next state is the one before.
/// 8. The phase moves only along the picture in <see cref="InstanceMachine"/>.
/// 9. Who is relieved runs, is being stopped, or has ended: it never waits for another run. No relief rests.
/// </summary>
public static class InstanceInvariants
{
    private static readonly ImmutableHashSet<(InstancePhase, InstancePhase)> Moves =
    [
        (InstancePhase.Absent, InstancePhase.Stopped),
        (InstancePhase.Absent, InstancePhase.Pending),
        (InstancePhase.Stopped, InstancePhase.Pending),
        (InstancePhase.Pending, InstancePhase.Stopped),
        (InstancePhase.Pending, InstancePhase.Running),
        (InstancePhase.Running, InstancePhase.Pending),
        (InstancePhase.Running, InstancePhase.Canceling),
        (InstancePhase.Running, InstancePhase.Succeeded),
        (InstancePhase.Running, InstancePhase.Failed),
        (InstancePhase.Canceling, InstancePhase.Pending),
        (InstancePhase.Canceling, InstancePhase.Stopped),
        (InstancePhase.Succeeded, InstancePhase.Pending),
        (InstancePhase.Succeeded, InstancePhase.Stopped),
        (InstancePhase.Running, InstancePhase.Stopped),
        (InstancePhase.Failed, InstancePhase.Pending),
        (InstancePhase.Failed, InstancePhase.Stopped),
    ];

    /// <summary>The broken rules in words; empty when all hold.</summary>
    public static ImmutableArray<string> Check(InstanceState before, Decision<InstanceState, AttemptEffect> decision)
    {
        var after = decision.Next;
        var rules = new BrokenRules();
        rules.Require(before.Phase == InstancePhase.Absent || (after.Id == before.Id && after.Process == before.Process && after.Index == before.Index && after.Lane == before.Lane), "1: it became another instance");
        rules.Require((after.Attempt == before.Attempt || (after.Attempt == before.Attempt + 1 && after.Phase == InstancePhase.Running && before.Phase == InstancePhase.Pending) || (after.Attempt == after.After && after.Attempt > before.Attempt && after.Phase == InstancePhase.Pending)) && after.Revision >= before.Revision, "2: a number moved");
        rules.Require(after.HoldsCell == after.Cell.HasValue && (after.HoldsCell || after.UpSince is null), "3: a cell is held in the wrong phase");
        rules.Require(after.Phase is InstancePhase.Absent or InstancePhase.Canceling || after.IsWanted == (after.Phase != InstancePhase.Stopped), "4: it runs unwanted, or rests wanted");
        rules.Require(WaitsRightly(after), "5: it waits for nothing, or sleeps where it must not");
        rules.Require(decision.Effects.OfType<AttemptEffect.StartAttempt>().All(start => before.Phase == InstancePhase.Pending && start.Attempt == after.Key && start.Cell == after.Cell), "6: a start without a placement");
        rules.Require(decision.Changes || ReferenceEquals(before, after), "7: changed in silence");
        rules.Require(after.Phase == before.Phase || Moves.Contains((before.Phase, after.Phase)), $"8: moved from {before.Phase} to {after.Phase}");
        rules.Require(after.Part != Part.IsRelieved || after.Phase is InstancePhase.Running or InstancePhase.Canceling or InstancePhase.Stopped, "9: it waits beside its relief");
        rules.Require(after.Part != Part.Relieves || after.Phase is not (InstancePhase.Absent or InstancePhase.Stopped), "9: a relief rests");
        return rules.All;
    }

    private static bool WaitsRightly(InstanceState instance) => instance.Phase switch
    {
        InstancePhase.Canceling or InstancePhase.Succeeded or InstancePhase.Failed => instance.WakeAt is not null && instance.NotBefore is null,
        InstancePhase.Pending => instance.WakeAt is null || instance.WakeAt == instance.NotBefore,
        _ => instance.WakeAt is null == instance.News is null && instance.NotBefore is null,
    };
}
