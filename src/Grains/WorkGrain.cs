using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Grains.Contracts;
using Granary.Grains.Effects;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>The thin shell around the machine of a task or an instance: decide, save, hand over the effects.</summary>
internal abstract class WorkGrain<TDocument, TState, TEvent>(IPersistentState<TDocument> store, IEffectRunner effects, TimeProvider clock) : DurableGrain<TDocument, TState>(store), IWorkGrain
    where TDocument : Document<TState>
    where TState : WorkState, new()
    where TEvent : notnull
{
    protected TimeProvider Clock => clock;

    protected DateTimeOffset Now => clock.GetUtcNow();

    public async Task<bool> Place(int attempt, CellId cell, string? waited)
    {
        var next = (await Handle(Placed(attempt, cell, waited))).Next;
        return next.IsRunning && next.Attempt == attempt && next.Cell == cell;
    }

    public async Task<int> Report(AttemptReport report) => (await Handle(Reported(report))).Next.Attempt;

    public Task Outlive(int attempt, CellId cell) => Handle(Outlived(attempt, cell));

    public Task Wake() => Handle(Woke());

    protected abstract Decision<TState, AttemptEffect> Decide(TState before, TEvent @event);

    protected abstract ImmutableArray<string> Check(TState before, Decision<TState, AttemptEffect> decision);

    protected abstract TEvent Placed(int attempt, CellId cell, string? waited);

    protected abstract TEvent Reported(AttemptReport report);

    protected abstract TEvent Outlived(int attempt, CellId cell);

    protected abstract TEvent Woke();

    /// <summary>Lets know whoever waits in this activation.</summary>
    protected virtual void OnSaved(TState saved)
    {
    }

    protected async Task<Decision<TState, AttemptEffect>> Handle(TEvent @event)
    {
        var (before, decision) = await Decide(work => Decide(work, @event));
        await Keep(@event, decision, Check(before, decision)); // 1. Make it true.
        if (decision.Changes)
        {
            OnSaved(decision.Next);
        }

        effects.Hand(decision.Next, decision.Effects); // 2. Make it happen: handed over, repeated until acknowledged.
        if (IsCounted(before) && decision.Next is { IsWaiting: false, HoldsCell: false })
        {
            effects.Withdraw(before.Work);
        }

        return decision;
    }

    /// <summary>Whether placement keeps it in mind: in the queue, or among the instances that the next ones are kept apart from.</summary>
    private static bool IsCounted(TState work) => work.IsWaiting || (work.HoldsCell && work.Process is not null);
}
