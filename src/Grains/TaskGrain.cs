using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Audit;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Effects;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>The thin shell around <see cref="TaskMachine"/>.</summary>
internal sealed class TaskGrain(
    [PersistentState(TaskDocument.Kind, StorageNames.Granary)] IPersistentState<TaskDocument> store,
    IEffectRunner effects,
    TimeProvider clock) : WorkGrain<TaskDocument, TaskState, TaskEvent>(store, effects, clock), ITaskGrain
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
        if (InstanceId.Is(id.Value) || StagingId.Is(id.Value))
        {
            return new(new Refusal(RefusalReason.Invalid, "Task guid must not be of version 14 or 15: such guids are those of builds and instances"));
        }

        var admitted = await GrainFactory.GetGrain<IAppGrain>(Keys.App(app)).Admit(id, request);
        return admitted.Value is { } admission
            ? Reply(await Handle(new TaskEvent.Submitted(Now, id, app, admission.SequenceId, admission.Spec, request.Metadata), task => AuditRules.OfTask("create", task, Now)))
            : new(admitted.Refusal!);
    }

    public async Task<TaskState?> Get() => await Reload() is { Phase: not TaskPhase.Absent } task ? task : null;

    public async Task<AppId?> App() => State.Phase != TaskPhase.Absent || await Get() is not null ? State.App : null;

    public async Task<TaskState?> Ended(TimeSpan atMost)
    {
        using var enough = new CancellationTokenSource(atMost < WaitMax ? atMost : WaitMax, Clock);
        try
        {
            return await ended.Task.WaitAsync(enough.Token);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            return null;
        }
    }

    public async Task<Answer<TaskState>> Cancel() => Reply(await Handle(new TaskEvent.CancelRequested(Now), task => AuditRules.OfTask("cancel", task, Now)));

    public async Task<bool> Forget()
    {
        if (State.IsFinished)
        {
            await Clear();
        }

        return State.Phase == TaskPhase.Absent;
    }

    public async Task<Answer<TaskState>> Relabel(Metadata metadata)
    {
        var faults = MetadataRules.Faults(metadata);
        return faults.IsEmpty
            ? Reply(await Handle(new TaskEvent.Relabelled(Now, metadata)))
            : new(new Refusal(RefusalReason.Invalid, faults));
    }

    public Task<Answer<TaskState>> ChangeMetadata(ImmutableSortedDictionary<string, string?> labels, ImmutableSortedDictionary<string, string?> annotations) =>
        Relabel(MetadataRules.Merge(State.Metadata, labels, annotations));

    protected override WorkState? Work(TaskState state) => state;

    protected override Decision<TaskState, AttemptEffect> Decide(TaskState before, TaskEvent @event) => TaskMachine.Decide(before, @event);

    protected override ImmutableArray<string> Check(TaskState before, Decision<TaskState, AttemptEffect> decision) => TaskInvariants.Check(before, decision);

    protected override TaskEvent Placed(int attempt, CellId cell, string? waited) => new TaskEvent.Placed(Now, attempt, cell, waited);

    protected override TaskEvent Reported(AttemptReport report) => new TaskEvent.Reported(Now, report);

    protected override TaskEvent Outlived(int attempt, CellId cell) => new TaskEvent.Outlived(Now, attempt, cell);

    protected override TaskEvent Woke() => new TaskEvent.Woke(Now);

    protected override void OnSaved(TaskState saved) => TellEnd(saved);

    protected override void OnPoisoned() => ended.TrySetResult(null);

    private void TellEnd(TaskState saved)
    {
        if (saved.IsFinished)
        {
            ended.TrySetResult(saved);
        }
    }

    private static Answer<TaskState> Reply(Decision<TaskState, AttemptEffect> decision) => new(decision.Next, decision.Refusal);
}
