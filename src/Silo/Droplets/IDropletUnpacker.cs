namespace Granary.Silo.Droplets;

/// <summary>Turns a droplet's bits into files on a cell's host.</summary>
public interface IDropletUnpacker
{
    /// <summary>Writes the files below <paramref name="directory"/>, which is empty or does not exist yet.</summary>
    Task Unpack(Stream bits, string directory, CancellationToken cancellation);
}
