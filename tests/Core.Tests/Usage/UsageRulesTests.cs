using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Tasks;
using Granary.Core.Usage;
using Granary.Testing;

namespace Granary.Core.Tests.Usage;

public sealed class UsageRulesTests
{
    [Fact]
    public void A_task_that_was_moved_and_retried_started_once_and_stopped_once()
    {
        var spec = A.Spec(retriesMax: 1);
        var task = A.After(A.RunningTask(1, spec), A.Report(new AttemptReport.Lost(1, "its lease lapsed"), 5));
        task = A.After(task, new TaskEvent.Placed(A.At(6), 2, A.Cell1));
        task = A.After(task, A.Exited(2, 3, atSeconds: 7));
        task = A.After(task, new TaskEvent.Placed(A.At(9), 3, A.Cell1));
        task = A.After(task, A.Exited(3, 0, atSeconds: 10));
        task = A.After(task, new TaskEvent.Relabelled(A.At(11), Metadata.Empty));

        Assert.Equal(
            [("TASK_STARTED", "PENDING", A.Start), ("TASK_STOPPED", "RUNNING", A.At(10))],
            UsageRules.Of(task).Select(each => (each.State, each.PreviousState, each.CreatedAt)));
    }

    [Fact]
    public void A_task_that_never_ran_stopped_and_one_that_waits_did_nothing()
    {
        var cancelled = A.After(A.PendingTask(), new TaskEvent.CancelRequested(A.At(2)));

        Assert.Equal([("TASK_STOPPED", "PENDING", A.At(2))], UsageRules.Of(cancelled).Select(each => (each.State, each.PreviousState, each.CreatedAt)));
        Assert.Empty(UsageRules.Of(A.PendingTask()));
        Assert.Equal(["CANCELING"], UsageRules.Of(A.After(A.CancelingTask(), A.Exited(1, 143, beforeStop: false))).Skip(1).Select(each => each.PreviousState));
    }

    [Fact]
    public void An_event_says_where_the_task_ran_as_it_was_called_then()
    {
        var place = new PlaceNames(Guid.NewGuid(), "paper", "mill");
        var (spec, _) = TaskRules.Resolve(new TaskSubmission { Command = "true", MemoryMb = 96 }, A.TaskId(), A.ExistingApp(), A.StagedDroplet(), new TaskPolicy(), place);

        var happened = Assert.Single(UsageRules.Of(A.RunningTask(1, spec)));

        Assert.Equal(
            (A.App.Value, "training-app", A.TaskId().Value, spec!.Name, A.ExistingApp().Space, "mill", place.Organization, 96, 1),
            (happened.App, happened.AppName, happened.Task!.Value, happened.TaskName, happened.Space, happened.SpaceName, happened.Organization, happened.MemoryMb, happened.Instances));
    }

    [Fact]
    public void Accounts_begin_anew_with_the_processes_that_are_started()
    {
        var droplet = A.StagedDroplet(("web", "serve"), ("worker", "work"));
        var app = AppMachine.Decide(AppMachine.Decide(A.ExistingApp(), new AppEvent.DropletAssigned(A.Start, droplet)).Next, new AppEvent.StateDesired(A.Start, DesiredState.Started, droplet)).Next;

        var seeds = UsageRules.Seeds(app, PlaceNames.Default, new TaskPolicy(MemoryMb: 64), A.At(1)).ToImmutableArray();

        Assert.Equal(("STARTED", "web", app.Id.ToString(), 64, 1), seeds.Select(each => (each.State, each.ProcessType, each.Process, each.MemoryMb, each.Instances)).Single());
        Assert.Empty(UsageRules.Seeds(A.ExistingApp(), PlaceNames.Default, new TaskPolicy(), A.Start));
    }
}
