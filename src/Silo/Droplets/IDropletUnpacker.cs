namespace Granary.Silo.Droplets;

/// <summary>Turns a droplet's bits into files on a cell's host.</summary>
public interface IDropletUnpacker
{
    /// <summary>Writes the files below <paramref name="directory"/>, which is empty or does not exist yet.</summary>
    /// <param name="linksMayLeave">Symbolic links may lead anywhere, as in what a staging left, which was made in the container where it will run. Nothing on the host follows them.</param>
    Task Unpack(Stream bits, string directory, bool linksMayLeave, CancellationToken cancellation);
}
