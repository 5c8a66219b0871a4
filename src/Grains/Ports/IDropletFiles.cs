using Granary.Core.Builds;
using Granary.Core.Runtime;

namespace Granary.Grains.Ports;

/// <summary>Droplets as Cloud Foundry keeps its own: a tar.gz of the home of their processes.</summary>
public interface IDropletFiles
{
    /// <param name="source">One with bits; throws <see cref="FileNotFoundException"/> when they are gone.</param>
    /// <param name="target">Need not seek.</param>
    Task Write(ContainerSource source, Stream target, CancellationToken cancellation);

    /// <summary>Makes the bits of a droplet out of such a file, and stores them. What is wrong with it is in the product, for the user. May be repeated.</summary>
    /// <param name="digest">Of the file, which is in the blob store.</param>
    Task<StagingProduct> Read(string digest, CancellationToken cancellation);
}
