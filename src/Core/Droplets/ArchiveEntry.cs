namespace Granary.Core.Droplets;

/// <summary>The only kinds of entry that a droplet may hold.</summary>
public enum ArchiveEntryKind
{
    File,
    Directory,
    Symlink,
}

/// <summary>One entry of an archive, as the rules see it.</summary>
/// <param name="Path">Relative, with "/" between its parts and none at its end.</param>
/// <param name="LinkTarget">Only of a symbolic link: where it points.</param>
public sealed record ArchiveEntry(string Path, ArchiveEntryKind Kind, string? LinkTarget = null);

/// <summary>The bounds that the rules of names hold archives to.</summary>
/// <param name="EntriesMax">Entries, with the directories that paths imply.</param>
/// <param name="PathBytesMax">Bytes of a path or link target in UTF-8.</param>
/// <param name="DepthMax">Parts of a path.</param>
public sealed record ArchiveLimits(int EntriesMax, int PathBytesMax, int DepthMax)
{
    /// <summary>Links may lead out of the archive, and nowhere; of an archive that a container of ours made, and of no other.</summary>
    public bool LinksMayLeave { get; init; }
}
