using Granary.Core.Runtime;

namespace Granary.Grains.Ports;

/// <summary>Shows the bits of droplets as Cloud Foundry keeps its own: a tar.gz of their home.</summary>
public interface IDropletFiles
{
    /// <param name="source">One with bits; throws <see cref="FileNotFoundException"/> when they are gone.</param>
    /// <param name="target">Need not seek.</param>
    Task Write(ContainerSource source, Stream target, CancellationToken cancellation);
}
