using Granary.Core;
using Granary.Core.Instances;

namespace Granary.Grains.Contracts;

/// <summary>One instance of a process. Its key is <see cref="Keys.Instance"/>.</summary>
public interface IInstanceGrain : IWorkGrain
{
    /// <summary>What the app wants of it; durable when the call returns. An order that was overtaken changes nothing.</summary>
    Task Order(InstanceOrder order);

    /// <summary>The instance's durable state; null if nobody ever wanted it.</summary>
    Task<InstanceState?> Get();

    /// <summary>Asks for a new run in place of the current one.</summary>
    Task<Answer<InstanceState>> Restart();
}
