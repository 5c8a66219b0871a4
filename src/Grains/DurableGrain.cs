using System.Collections.Immutable;
using System.Diagnostics;
using Granary.Core;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>
/// What all durable grains share: an effect runs only after its decision is durable, and after a failed or unknown write the
/// activation decides nothing more. It is poisoned, deactivates, and the next one reloads (DESIGN 5, "Saving").
/// </summary>
internal abstract class DurableGrain<TDocument, TState>(IPersistentState<TDocument> store) : Grain
    where TDocument : Document<TState>
    where TState : new()
{
    private bool poisoned;

    /// <summary>The state as it is stored.</summary>
    protected TState State
    {
        get
        {
            if (poisoned)
            {
                throw new StateUnknownException(this.GetGrainId().ToString());
            }

            return store.State.State;
        }
    }

    /// <summary>
    /// What changes nothing is decided once more, by the row. After a change of members Orleans may leave two activations of a grain behind (dotnet/orleans 10998). One whose memory is old learns that
    /// when it writes; one that sees nothing to change would never write, and never learn.
    /// </summary>
    protected async Task<(TState Before, Decision<TState, TEffect> Decision)> Decide<TEffect>(Func<TState, Decision<TState, TEffect>> decide)
    {
        var (before, decision) = (State, decide(State));
        if (decision.Changes)
        {
            return (before, decision);
        }

        await Reload();
        return (State, decide(State));
    }

    /// <summary>The row as it is now.</summary>
    protected async Task<TState> Reload()
    {
        await store.ReadStateAsync();
        return State;
    }

    /// <summary>Makes a decision durable, if it changes anything and breaks no rule.</summary>
    protected Task Keep<TEvent, TEffect>(TEvent @event, Decision<TState, TEffect> decision, ImmutableArray<string> broken) =>
        broken.IsEmpty
            ? decision.Changes ? Save(decision.Next) : Task.CompletedTask
            : throw new UnreachableException($"{@event} would break {string.Join("; ", broken)}");

    protected Task Save(TState next) => OrPoisoned(() =>
    {
        store.State.State = next;
        return store.WriteStateAsync();
    });

    /// <summary>Removes the row. What is called next finds a fresh state.</summary>
    protected async Task Clear()
    {
        await OrPoisoned(async () =>
        {
            await store.ClearStateAsync();
            store.State.State = new TState();
        });
        DeactivateOnIdle();
    }

    /// <summary>Lets go whoever waits in this activation: it will never know more.</summary>
    protected virtual void OnPoisoned()
    {
    }

    private async Task OrPoisoned(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch
        {
            poisoned = true;
            OnPoisoned();
            DeactivateOnIdle();
            throw;
        }
    }
}
