namespace Granary.Silo.Droplets;

/// <summary>Where a cell gets the bits of a droplet from.</summary>
public interface IDropletSource
{
    /// <summary>Opens the bits whose SHA-256 (lower-case hex) is <paramref name="digest"/>.</summary>
    Task<Stream> Open(string digest, CancellationToken cancellation);
}
