using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Attempts;
using Granary.Core.Audit;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Grains.Contracts;
using Granary.Grains.Effects;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>The thin shell around <see cref="InstanceMachine"/>.</summary>
internal sealed class InstanceGrain(
    [PersistentState(InstanceDocument.Kind, StorageNames.Granary)] IPersistentState<InstanceDocument> store,
    IEffectRunner effects,
    AppLog log,
    TimeProvider clock) : WorkGrain<InstanceDocument, InstanceState, InstanceEvent>(store, effects, clock), IInstanceGrain
{
    public Task Order(InstanceOrder order) => Handle(new InstanceEvent.Ordered(Now, order));

    public async Task<bool> MakeWay(int attempt, string why) => (await Handle(new InstanceEvent.MakeWay(Now, attempt, why))).Next.Part != Part.Relieves;

    public async Task<InstanceState?> Get() => await Reload() is { Phase: not InstancePhase.Absent } instance ? instance : null;

    public async Task<bool> Forget()
    {
        if (State is { Phase: InstancePhase.Stopped, IsWanted: false })
        {
            await Clear();
        }

        return State.Phase == InstancePhase.Absent;
    }

    public async Task<Answer<InstanceState>> Restart()
    {
        var decision = await Handle(new InstanceEvent.RestartRequested(Now), instance => AuditRules.OfInstance(instance, Now));
        return new(decision.Next, decision.Refusal);
    }

    protected override Task OnAudited(AuditEvent happened) => log.Say(happened);

    protected override WorkState? Work(InstanceState state) => state;

    protected override Decision<InstanceState, AttemptEffect> Decide(InstanceState before, InstanceEvent @event) => InstanceMachine.Decide(before, @event);

    protected override ImmutableArray<string> Check(InstanceState before, Decision<InstanceState, AttemptEffect> decision) => InstanceInvariants.Check(before, decision);

    protected override InstanceEvent Placed(int attempt, CellId cell, string? waited) => new InstanceEvent.Placed(Now, attempt, cell, waited);

    protected override InstanceEvent Reported(AttemptReport report) => new InstanceEvent.Reported(Now, report);

    protected override InstanceEvent Outlived(int attempt, CellId cell) => new InstanceEvent.Outlived(Now, attempt, cell);

    protected override InstanceEvent Woke() => new InstanceEvent.Woke(Now);
}
