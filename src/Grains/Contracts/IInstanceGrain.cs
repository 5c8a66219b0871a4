using Granary.Core;
using Granary.Core.Instances;

namespace Granary.Grains.Contracts;

/// <summary>One instance of a process. Its key is <see cref="Keys.Instance"/>.</summary>
public interface IInstanceGrain : IWorkGrain
{
    /// <summary>What the app wants of it; durable when the call returns. An order that was overtaken changes nothing.</summary>
    Task Order(InstanceOrder order);

    /// <summary>The cell of this attempt is drained, so the instance should be up elsewhere before it is stopped there; durable when the call returns. May be repeated.</summary>
    /// <returns>False for a relief, which makes way only once it counts: ask again.</returns>
    Task<bool> MakeWay(int attempt, string why);

    /// <summary>The instance's durable state; null if nobody ever wanted it.</summary>
    Task<InstanceState?> Get();

    /// <summary>Removes an instance that is not wanted and rests. False while it does not.</summary>
    Task<bool> Forget();

    /// <summary>Asks for a new run in place of the current one.</summary>
    Task<Answer<InstanceState>> Restart();
}
