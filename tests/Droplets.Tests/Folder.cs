namespace Granary.Droplets.Tests;

/// <summary>A folder of a test's own with a folder for droplets in it, so that whatever lands beside the droplet is seen.</summary>
public sealed class Folder : IDisposable
{
    private readonly string outer = Directory.CreateTempSubdirectory("droplets-").FullName;

    public string Droplet => Path.Combine(outer, "a", "droplet");

    public Folder() => Directory.CreateDirectory(Path.Combine(outer, "a"));

    /// <summary>Everything that lies beside the droplet or above it. Not recursive: a recursive walk follows links, and links may lead in circles.</summary>
    public IEnumerable<string> Strangers => Directory.EnumerateFileSystemEntries(outer)
        .Concat(Directory.EnumerateFileSystemEntries(Path.Combine(outer, "a")))
        .Where(each => each != Path.Combine(outer, "a") && each != Droplet);

    public string PathOf(string name) => Path.Combine(Droplet, name);

    public void Dispose() => Directory.Delete(outer, recursive: true);
}
