using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Granary.Core.Droplets;

/// <summary>
/// What an archive may name. Pure: it sees names, modes and link targets, never a disk. An archive without a fault
/// 1. has only paths that stay below the folder it is unpacked into,
/// 2. has each path once, and only directories as parents of others,
/// 3. has only links that lead, through other links too, to places below that folder, unless its links may leave,
/// 4. holds nothing but files, directories and links.
/// Sizes are the unpacker's matter: they are counted, not declared.
/// </summary>
public static class ArchiveRules
{
    /// <summary>Bytes of one part of a path: what Linux file systems take.</summary>
    public const int PartBytesMax = 255;

    /// <summary>Links followed on one way: what Linux follows.</summary>
    public const int LinksFollowedMax = 40;

    /// <summary>Faults told in one answer; an archive of 100,000 bad names needs no book.</summary>
    public const int FaultsToldMax = 10;

    /// <summary>Owner of a droplet's files, and its group: the user vcap of the stack image.</summary>
    public const int OwnerId = 2000;

    private const int KindBits = 0xF000;
    private const int KindFile = 0x8000;
    private const int KindDirectory = 0x4000;
    private const int KindSymlink = 0xA000;
    private const int SetIdBits = 0xC00;
    private const int OwnerExecuteBit = 0x40;

    /// <summary>Characters of a name that a message repeats.</summary>
    private const int ShownLength = 120;

    /// <summary>What is wrong with a path that an archive names (without the "/" at a directory's end); null if nothing is.</summary>
    public static string? PathFault(string path, ArchiveLimits limits)
    {
        if (path.Length == 0)
        {
            return "has no name";
        }

        if (Encoding.UTF8.GetByteCount(path) > limits.PathBytesMax)
        {
            return string.Create(CultureInfo.InvariantCulture, $"has a path of more than {limits.PathBytesMax} bytes");
        }

        if (CharacterFault(path) is { } fault)
        {
            return $"has {fault} in its path";
        }

        if (path[0] == '/')
        {
            return "has an absolute path";
        }

        if (path.Length > 1 && path[1] == ':' && char.IsAsciiLetter(path[0]))
        {
            return "has a drive letter in its path";
        }

        var parts = path.Split('/');
        if (parts.Length > limits.DepthMax)
        {
            return string.Create(CultureInfo.InvariantCulture, $"lies more than {limits.DepthMax} folders deep");
        }

        return parts.Select(PartFault).FirstOrDefault(each => each is not null);
    }

    /// <summary>
    /// The kind of an entry by its Unix mode, which is 0 where the archive has none; null if a droplet may not hold it, with the
    /// <paramref name="fault"/> in words. A folder may say that it is a file, as those that cf packs do: its name, which ends in "/", is believed.
    /// </summary>
    public static ArchiveEntryKind? KindOf(int mode, bool namedAsDirectory, out string? fault)
    {
        ArchiveEntryKind? kind = (mode & KindBits) switch
        {
            0 => namedAsDirectory ? ArchiveEntryKind.Directory : ArchiveEntryKind.File,
            KindFile => namedAsDirectory ? ArchiveEntryKind.Directory : ArchiveEntryKind.File,
            KindDirectory => ArchiveEntryKind.Directory,
            KindSymlink => ArchiveEntryKind.Symlink,
            _ => null,
        };
        fault = kind switch
        {
            null => "is neither a file, nor a folder, nor a symbolic link",
            _ when kind == ArchiveEntryKind.Directory != namedAsDirectory => "has a name and a mode that disagree on whether it is a folder",

            // Folders shared by a group have such bits in honest archives; there they are harmless and not kept.
            ArchiveEntryKind.File when (mode & SetIdBits) != 0 => "has a set-user-id or set-group-id bit",
            _ => null,
        };
        return fault is null ? kind : null;
    }

    /// <summary>Of all mode bits, the one that is kept: files become 0755 with it and 0644 without.</summary>
    public static bool IsExecutable(int mode) => (mode & OwnerExecuteBit) != 0;

    /// <summary>All that is wrong with the names of an archive, up to <see cref="FaultsToldMax"/> faults; every text names its entry.</summary>
    public static ImmutableArray<string> Faults(IReadOnlyCollection<ArchiveEntry> entries, ArchiveLimits limits) =>
        [.. EveryFault(entries, limits).Take(FaultsToldMax)];

    /// <summary>A name as a message may show it: quoted, control characters made visible, not longer than a line.</summary>
    public static string Show(string name)
    {
        var text = new StringBuilder("\"");
        foreach (var character in name.AsSpan(0, Math.Min(name.Length, ShownLength)))
        {
            _ = char.IsControl(character) || char.IsSurrogate(character)
                ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")
                : text.Append(character);
        }

        return text.Append(name.Length > ShownLength ? "...\"" : "\"").ToString();
    }

    private static IEnumerable<string> EveryFault(IReadOnlyCollection<ArchiveEntry> entries, ArchiveLimits limits)
    {
        var byPath = new Dictionary<string, ArchiveEntry>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (PathFault(entry.Path, limits) is { } fault)
            {
                yield return $"entry {Show(entry.Path)} {fault}";
            }
            else if (!byPath.TryAdd(entry.Path, entry))
            {
                yield return $"entry {Show(entry.Path)} is there twice";
            }
        }

        var implied = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in byPath.Values)
        {
            if (ParentFault(entry, byPath, implied) is { } fault)
            {
                yield return fault;
            }
            else if (byPath.Count + implied.Count > limits.EntriesMax)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"the archive has more than {limits.EntriesMax} entries, counted with the folders that their paths imply");
                yield break;
            }
        }

        foreach (var link in byPath.Values.Where(each => each.Kind == ArchiveEntryKind.Symlink && !limits.LinksMayLeave))
        {
            if (LinkFault(link, byPath, limits) is { } fault)
            {
                yield return $"entry {Show(link.Path)} {fault}";
            }
        }
    }

    private static string? ParentFault(ArchiveEntry entry, Dictionary<string, ArchiveEntry> byPath, HashSet<string> implied)
    {
        for (var end = entry.Path.LastIndexOf('/'); end > 0; end = entry.Path.LastIndexOf('/', end - 1))
        {
            var parent = entry.Path[..end];
            if (!byPath.TryGetValue(parent, out var found))
            {
                if (!implied.Add(parent))
                {
                    return null; // Its own parents were looked at when it was added.
                }
            }
            else if (found.Kind != ArchiveEntryKind.Directory)
            {
                var kind = found.Kind == ArchiveEntryKind.Symlink ? "symbolic link" : "file";
                return $"entry {Show(entry.Path)} lies below {Show(parent)}, which is a {kind}";
            }
        }

        return null;
    }

    /// <summary>Follows a link the way the kernel does, with the archive as the whole world.</summary>
    private static string? LinkFault(ArchiveEntry link, Dictionary<string, ArchiveEntry> byPath, ArchiveLimits limits)
    {
        var here = new List<string>(link.Path.Split('/'));
        here.RemoveAt(here.Count - 1);
        var ahead = new Stack<string>();
        var next = link;
        for (var followed = 1; next is not null; followed++)
        {
            if (followed > LinksFollowedMax)
            {
                return "is a symbolic link that leads in a circle";
            }

            if (TargetFault(next.LinkTarget ?? "", limits) is { } fault)
            {
                return fault;
            }

            foreach (var part in next.LinkTarget!.Split('/').Reverse())
            {
                ahead.Push(part);
            }

            next = null;
            while (next is null && ahead.TryPop(out var part))
            {
                if (part == "..")
                {
                    if (here.Count == 0)
                    {
                        return "is a symbolic link that leads out of the archive";
                    }

                    here.RemoveAt(here.Count - 1);
                }
                else if (part is not ("" or "."))
                {
                    here.Add(part);
                    if (byPath.TryGetValue(string.Join('/', here), out var found) && found.Kind == ArchiveEntryKind.Symlink)
                    {
                        here.RemoveAt(here.Count - 1);
                        next = found;
                    }
                }
            }
        }

        return null;
    }

    private static string? TargetFault(string target, ArchiveLimits limits)
    {
        if (target.Length == 0)
        {
            return "is a symbolic link without a target";
        }

        if (Encoding.UTF8.GetByteCount(target) > limits.PathBytesMax)
        {
            return string.Create(CultureInfo.InvariantCulture, $"is a symbolic link with a target of more than {limits.PathBytesMax} bytes");
        }

        if (CharacterFault(target) is { } fault)
        {
            return $"is a symbolic link with {fault} in its target";
        }

        return target[0] == '/' ? "is a symbolic link with an absolute target" : null;
    }

    private static string? CharacterFault(string text) =>
        text.Contains('\\', StringComparison.Ordinal) ? "a backslash"
        : text.Any(char.IsControl) ? "a control character"
        : null;

    private static string? PartFault(string part) => part switch
    {
        "" => "has an empty part in its path",
        "." => "has a part \".\" in its path",
        ".." => "has a part \"..\" in its path",
        _ when Encoding.UTF8.GetByteCount(part) > PartBytesMax => string.Create(CultureInfo.InvariantCulture, $"has a name of more than {PartBytesMax} bytes"),
        _ => null,
    };
}
