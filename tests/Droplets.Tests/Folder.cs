namespace Granary.Droplets.Tests;

/// <summary>A folder of a test's own with a folder for droplets in it, so that whatever lands beside the droplet is seen.</summary>
public sealed class Folder : IDisposable
{
    private readonly string outer = Directory.CreateTempSubdirectory("droplets-").FullName;

    public string Droplet => Path.Combine(outer, "a", "droplet");

    public Folder() => Directory.CreateDirectory(Path.Combine(outer, "a"));

    /// <summary>Everything below the outer folder but for the droplet's own place.</summary>
    public IEnumerable<string> Strangers => Directory.EnumerateFileSystemEntries(outer, "*", SearchOption.AllDirectories)
        .Where(each => each != Path.Combine(outer, "a") && each != Droplet && !each.StartsWith(Droplet + "/", StringComparison.Ordinal));

    public string PathOf(string name) => Path.Combine(Droplet, name);

    public void Dispose() => Directory.Delete(outer, recursive: true);
}
