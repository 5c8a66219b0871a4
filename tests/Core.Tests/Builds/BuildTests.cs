using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Builds;
using Granary.Core.Tasks;
using Granary.Core.Tests.Json;
using Granary.Testing;

namespace Granary.Core.Tests.Builds;

/// <summary>Every event in every state of a build; the stories tell what is meant.</summary>
public sealed class BuildTests
{
    private static readonly TaskSpec Spec = A.Spec(deadlineSeconds: 900) with { Staging = new StagingPlan([new PlannedBuildpack("one", new string('b', 64))], Detects: false) };

    [Fact]
    public void No_event_finds_a_state_without_a_rule_and_no_rule_is_broken()
    {
        BuildEvent[] events = [new BuildEvent.Promised(A.Start, A.NewBuild() with { Package = default }), new BuildEvent.Arrived(A.Start, Guid.NewGuid(), StagingProduct.Refused("no"), "stack"), new BuildEvent.Requested(A.Start, A.NewBuild(), Spec), new BuildEvent.Requested(A.Start, A.NewBuild() with { Source = A.Spec().Source }, null), .. Samples.TaskEvents.Where(each => each is not TaskEvent.Submitted).Select(each => new BuildEvent.Ran(each)), .. Samples.Reports.Select(each => new BuildEvent.Ran(A.Report(each)))];
        foreach (var build in States())
        {
            foreach (var @event in events)
            {
                Assert.Empty(BuildInvariants.Check(build, BuildMachine.Decide(build, @event)));
            }
        }
    }

    [Fact]
    public void Each_invariant_is_seen_to_be_broken()
    {
        var running = After(A.NewBuild() with { Phase = DropletPhase.Absent, Package = default }, new BuildEvent.Requested(A.Start, A.NewBuild(), Spec));
        var staged = A.StagedDroplet();

        Assert.Equal(["1: a build that has ended changed"], Check(staged, staged with { Package = new PackageId(Guid.NewGuid()) }));
        Assert.Equal(["2: STAGING does not go with its staging"], Check(running, running with { Phase = DropletPhase.Failed, Error = "no" }));
        Assert.Equal(["3: STAGED with an error, or from nothing"], Check(new DropletState(), staged with { Source = null }));
        Assert.Equal(["3: FAILED without an error, or with something to run from"], Check(new DropletState(), staged with { Phase = DropletPhase.Failed }));
        Assert.Equal(["4: changed in silence"], BuildInvariants.Check(new DropletState(), Decision<DropletState, AttemptEffect>.Stay(staged)).AsEnumerable());
        Assert.Contains("10: moved from Pending to Succeeded", Check(running, running with { Phase = DropletPhase.Staged, Source = A.Spec().Source, Staging = running.Staging! with { Phase = TaskPhase.Succeeded } }));
    }

    [Fact]
    public void The_guid_tells_a_staging_from_all_other_work()
    {
        var id = StagingId.Of(Guid.Parse("12345678-9abc-4def-8123-456789abcdef"));

        Assert.Equal("12345678-9abc-edef-8123-456789abcdef", id.ToString());
        Assert.True(StagingId.Is(id.Value));
        Assert.False(StagingId.Is(Guid.NewGuid()));
        Assert.False(Core.Instances.InstanceId.Is(id.Value));
    }

    private static IEnumerable<string> Check(DropletState before, DropletState after) => BuildInvariants.Check(before, Decision<DropletState, AttemptEffect>.Move(after));

    private static DropletState After(DropletState build, BuildEvent @event) => BuildMachine.Decide(build, @event).Next;

    /// <summary>A build in each phase of what runs for it, and one that nothing runs for.</summary>
    private static IEnumerable<DropletState> States()
    {
        yield return new DropletState();
        yield return After(new DropletState(), new BuildEvent.Requested(A.Start, A.NewBuild() with { Source = A.Spec().Source }, null));
        var pending = After(new DropletState(), new BuildEvent.Requested(A.Start, A.NewBuild(), Spec));
        yield return pending;
        var running = After(After(After(pending, Placed(1)), new BuildEvent.Ran(A.Report(new AttemptReport.Displaced(1, "the cell drains")))), Placed(2));
        yield return running;
        yield return After(running, new BuildEvent.Ran(new TaskEvent.CancelRequested(A.Start)));
        yield return After(running, new BuildEvent.Ran(A.Exited(2, 0)));
        yield return After(running, new BuildEvent.Ran(A.Exited(2, 223)));
        var promised = After(new DropletState(), new BuildEvent.Promised(A.Start, A.NewBuild() with { Package = default }));
        yield return promised;
        yield return After(promised, new BuildEvent.Arrived(A.Start, Guid.NewGuid(), StagingProduct.Refused("no"), "stack"));
        yield return Samples.Build;
    }

    private static BuildEvent.Ran Placed(int attempt) => new(new TaskEvent.Placed(A.Start, attempt, A.Cell1));
}
