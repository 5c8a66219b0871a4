using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Attempts;
using Granary.Core.Audit;
using Granary.Core.Cells;
using Granary.Grains.Contracts;
using Granary.Grains.Effects;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>The thin shell around the machine of a task, an instance or a build: decide, save, hand over the effects.</summary>
internal abstract class WorkGrain<TDocument, TState, TEvent>(IPersistentState<TDocument> store, IEffectRunner effects, TimeProvider clock) : DurableGrain<TDocument, TState>(store), IWorkGrain
    where TDocument : Document<TState>
    where TState : new()
    where TEvent : notnull
{
    protected TimeProvider Clock => clock;

    protected DateTimeOffset Now => clock.GetUtcNow();

    public async Task<bool> Place(int attempt, CellId cell, string? waited) =>
        Work((await Handle(Placed(attempt, cell, waited))).Next) is { IsRunning: true } next && next.Attempt == attempt && next.Cell == cell;

    public async Task<int> Report(AttemptReport report) => Work((await Handle(Reported(report))).Next)?.Attempt ?? 0;

    public Task Outlive(int attempt, CellId cell) => Handle(Outlived(attempt, cell));

    public Task Wake() => Handle(Woke());

    /// <summary>What of the state placement and cells know; null where nothing ever runs.</summary>
    protected abstract WorkState? Work(TState state);

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

    /// <param name="told">What the audit says of it.</param>
    protected async Task<Decision<TState, AttemptEffect>> Handle(TEvent @event, Func<TState, AuditEvent>? told = null)
    {
        var (before, decision) = await Decide(work => Decide(work, @event));
        await Keep(@event, decision, Check(before, decision), told); // 1. Make it true.
        if (decision.Changes)
        {
            OnSaved(decision.Next);
        }

        var (was, now) = (Work(before), Work(decision.Next));
        if (now is not null)
        {
            effects.Hand(now, decision.Effects); // 2. Make it happen: handed over, repeated until acknowledged.
        }

        if (was is not null && IsCounted(was) && now is { IsWaiting: false, HoldsCell: false })
        {
            effects.Withdraw(was.Work);
        }

        return decision;
    }

    /// <summary>Whether placement keeps it in mind: in the queue, or among the instances that the next ones are kept apart from.</summary>
    private static bool IsCounted(WorkState work) => work.IsWaiting || (work.HoldsCell && work.Process is not null);
}
