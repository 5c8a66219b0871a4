using System.Collections.Immutable;

namespace Granary.Core;

/// <summary>What a machine answers: the next state, the orders that follow from it, or a refusal.</summary>
/// <param name="Next">The state after the event; equal to the one before if <paramref name="Changes"/> is false.</param>
/// <param name="Changes">Whether <paramref name="Next"/> must be saved before the effects run. Record equality does not see into lists, so the machine says it.</param>
/// <param name="Effects">Orders in the sequence in which they are to be handed over. Each may be repeated without harm.</param>
/// <param name="Refusal">Why the user's request was declined; null when it was not. A refusal never changes anything.</param>
public sealed record Decision<TState, TEffect>(TState Next, bool Changes, ImmutableArray<TEffect> Effects, Refusal? Refusal = null)
{
    public static Decision<TState, TEffect> Stay(TState state, params ImmutableArray<TEffect> effects) => new(state, false, effects);

    public static Decision<TState, TEffect> Move(TState next, params ImmutableArray<TEffect> effects) => new(next, true, effects);

    public static Decision<TState, TEffect> Refuse(TState state, Refusal refusal) => new(state, false, [], refusal);
}
