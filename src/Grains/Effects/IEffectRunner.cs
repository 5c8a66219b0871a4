using System.Collections.Immutable;
using Granary.Core.Attempts;

namespace Granary.Grains.Effects;

/// <summary>Takes the effects of saved decisions and carries them to their receivers.</summary>
internal interface IEffectRunner
{
    /// <summary>Hands over; never waits. Orders to one receiver keep their sequence.</summary>
    void Hand(WorkState work, ImmutableArray<AttemptEffect> effects);

    /// <summary>Tells placement that a task or an instance neither waits nor holds a cell any more; never waits.</summary>
    void Withdraw(Guid work);
}
