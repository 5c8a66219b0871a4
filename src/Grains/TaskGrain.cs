using System.Collections.Immutable;
using System.Diagnostics;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Effects;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>The thin shell around <see cref="TaskMachine"/>: decide, save, hand over the effects.</summary>
internal sealed class TaskGrain(
    [PersistentState(TaskDocument.Kind, StorageNames.Granary)] IPersistentState<TaskDocument> store,
    IEffectRunner effects,
    TimeProvider clock) : DurableGrain<TaskDocument, TaskState>(store), ITaskGrain
{
    public async Task<Answer<TaskState>> Submit(AppId app, TaskSubmission request)
    {
        if (State.Phase != TaskPhase.Absent)
        {
            return State.App == app
                ? new(State)
                : new(new Refusal(RefusalReason.Conflict, "Task guid is taken by a task of another app"));
        }

        var id = new TaskId(Keys.Guid(this.GetPrimaryKeyString()));
        var admitted = await GrainFactory.GetGrain<IAppGrain>(Keys.App(app)).Admit(id, request);
        return admitted.Value is { } admission
            ? Reply(await Handle(new TaskEvent.Submitted(clock.GetUtcNow(), id, app, admission.SequenceId, admission.Spec, request.Metadata)))
            : new(admitted.Refusal!);
    }

    public Task<TaskState?> Get() => Task.FromResult(State.Phase == TaskPhase.Absent ? null : State);

    public async Task<Answer<TaskState>> Cancel() => Reply(await Handle(new TaskEvent.CancelRequested(clock.GetUtcNow())));

    public async Task<Answer<TaskState>> Relabel(Metadata metadata)
    {
        var faults = MetadataRules.Faults(metadata);
        return faults.IsEmpty
            ? Reply(await Handle(new TaskEvent.Relabelled(clock.GetUtcNow(), metadata)))
            : new(new Refusal(RefusalReason.Invalid, faults));
    }

    public Task<Answer<TaskState>> ChangeMetadata(ImmutableSortedDictionary<string, string?> labels, ImmutableSortedDictionary<string, string?> annotations) =>
        Relabel(MetadataRules.Merge(State.Metadata, labels, annotations));

    public async Task<bool> Place(int attempt, CellId cell, string? waited)
    {
        var next = (await Handle(new TaskEvent.Placed(clock.GetUtcNow(), attempt, cell, waited))).Next;
        return next.Phase == TaskPhase.Running && next.Attempt == attempt && next.Cell == cell;
    }

    public Task Report(AttemptReport report) => Handle(new TaskEvent.Reported(clock.GetUtcNow(), report));

    public Task Wake() => Handle(new TaskEvent.Woke(clock.GetUtcNow()));

    private async Task<Decision<TaskState, TaskEffect>> Handle(TaskEvent @event)
    {
        var before = State;
        var decision = TaskMachine.Decide(before, @event);
        if (TaskInvariants.Check(before, decision) is { IsEmpty: false } broken)
        {
            throw new UnreachableException($"{@event} would break {string.Join("; ", broken)}");
        }

        if (decision.Changes)
        {
            await Save(decision.Next); // 1. Make it true.
        }

        effects.Hand(decision.Next, decision.Effects); // 2. Make it happen: handed over, repeated until acknowledged.
        if (before.Phase == TaskPhase.Pending && decision.Next.IsFinished)
        {
            effects.Withdraw(before.Id);
        }

        return decision;
    }

    private static Answer<TaskState> Reply(Decision<TaskState, TaskEffect> decision) => new(decision.Next, decision.Refusal);
}
