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
    /// <summary>A longer wait would hold up the deactivation of the grain when its silo stops.</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource<TaskState?> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        TellEnd(State);
        return Task.CompletedTask;
    }

    public async Task<Answer<TaskState>> Submit(AppId app, TaskSubmission request)
    {
        if (State.Phase != TaskPhase.Absent)
        {
            if (State.App != app)
            {
                return new(new Refusal(RefusalReason.Conflict, "Task guid is taken by a task of another app"));
            }

            if (State.Phase == TaskPhase.Pending)
            {
                await Wake(); // Who submits again got no answer the first time, and placement may have got no word either.
            }

            return new(State);
        }

        var id = new TaskId(Keys.Guid(this.GetPrimaryKeyString()));
        var admitted = await GrainFactory.GetGrain<IAppGrain>(Keys.App(app)).Admit(id, request);
        return admitted.Value is { } admission
            ? Reply(await Handle(new TaskEvent.Submitted(clock.GetUtcNow(), id, app, admission.SequenceId, admission.Spec, request.Metadata)))
            : new(admitted.Refusal!);
    }

    public Task<TaskState?> Get() => Task.FromResult(State.Phase == TaskPhase.Absent ? null : State);

    public async Task<TaskState?> Ended(TimeSpan atMost)
    {
        using var enough = new CancellationTokenSource(atMost < WaitMax ? atMost : WaitMax, clock);
        try
        {
            return await ended.Task.WaitAsync(enough.Token);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            return null;
        }
    }

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

    public async Task<int> Report(AttemptReport report) => (await Handle(new TaskEvent.Reported(clock.GetUtcNow(), report))).Next.Attempt;

    public Task Outlive(int attempt, CellId cell) => Handle(new TaskEvent.Outlived(clock.GetUtcNow(), attempt, cell));

    public Task Wake() => Handle(new TaskEvent.Woke(clock.GetUtcNow()));

    protected override void OnPoisoned() => ended.TrySetResult(null);

    private void TellEnd(TaskState saved)
    {
        if (saved.IsFinished)
        {
            ended.TrySetResult(saved);
        }
    }

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
            TellEnd(decision.Next);
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
