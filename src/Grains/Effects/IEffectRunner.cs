using System.Collections.Immutable;
using Granary.Core.Tasks;

namespace Granary.Grains.Effects;

/// <summary>Takes the effects of saved decisions and carries them to their receivers.</summary>
internal interface IEffectRunner
{
    /// <summary>Hands over; never waits. Orders to one receiver keep their sequence.</summary>
    void Hand(TaskState task, ImmutableArray<TaskEffect> effects);

    /// <summary>Tells placement that a task ended while it waited; never waits.</summary>
    void Withdraw(TaskId task);
}
