using System.Collections.Immutable;
using System.Diagnostics;
using Granary.Core;
using Granary.Core.Audit;
using Granary.Grains.Contracts;
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

    /// <summary>Makes a decision durable, if it changes anything and breaks no rule. What somebody asked for is audited also where it changes nothing, but not where it was refused.</summary>
    protected Task Keep<TEvent, TEffect>(TEvent @event, Decision<TState, TEffect> decision, ImmutableArray<string> broken, Func<TState, AuditEvent>? told = null)
    {
        if (!broken.IsEmpty)
        {
            throw new UnreachableException($"{@event} would break {string.Join("; ", broken)}");
        }

        var audited = decision.Refusal is null && Asking.Requester is not null ? told?.Invoke(decision.Next) : null;
        return decision.Changes || audited is not null ? Save(decision.Next, audited) : Task.CompletedTask;
    }

    /// <param name="audited">What the audit says of it, if somebody asked for it.</param>
    protected async Task Save(TState next, AuditEvent? audited = null)
    {
        var happened = Asking.Requester is { } who ? audited?.By(who, this.GetPrimaryKeyString()) : null;
        await OrPoisoned(() =>
        {
            store.State.State = next;
            store.State.Audit = happened is null ? null : new AuditDocument { State = happened };
            return store.WriteStateAsync();
        });
        if (happened is not null)
        {
            await OnAudited(happened);
        }
    }

    /// <summary>For the log of the app: it may be repeated, and fails nothing.</summary>
    protected virtual Task OnAudited(AuditEvent happened) => Task.CompletedTask;

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
