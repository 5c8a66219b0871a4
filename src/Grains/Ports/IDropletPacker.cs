using Granary.Core.Builds;

namespace Granary.Grains.Ports;

/// <summary>Makes the bits of a droplet from what a staging left in its container, and stores them.</summary>
public interface IDropletPacker
{
    /// <summary>What is wrong with what was left is in the product, for the user. May be repeated: it stores the same bits, or others in their place.</summary>
    /// <param name="open">Opens a file or folder of the container, as the pieces of a tar; null if there is none.</param>
    /// <returns>With the size of the stored bits, in bytes; 0 where there are none.</returns>
    Task<(StagingProduct Product, long Bytes)> Pack(StagingPlan plan, Func<string, Task<IAsyncEnumerable<ReadOnlyMemory<byte>>?>> open, CancellationToken cancellation);
}
