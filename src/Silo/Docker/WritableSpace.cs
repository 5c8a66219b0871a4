using Docker.DotNet.Models;
using Granary.Core.Builds;
using ContainerSpec = Granary.Core.Runtime.ContainerSpec;

namespace Granary.Silo.Docker;

/// <summary>Folders of the host that a container gets, by their paths inside.</summary>
/// <param name="Writable">All within the container's disk limit.</param>
internal sealed record ContainerFolders(IReadOnlyDictionary<string, string> Writable, IReadOnlyDictionary<string, string> ReadOnly);

/// <summary>
/// What a container may write to: its private copy of the droplet, or, for an image of the user's own, private copies of the image's folders.
/// All of it lies on the attempt's one bounded disk. The buildpacks of a staging are there to be read only.
/// </summary>
internal sealed class WritableSpace(ScratchSpace scratch, DropletCache droplets)
{
    private const string LayeredDriver = "overlay2";

    /// <summary>The kernel's own, and the engine's: they are mounted over in any case.</summary>
    private static readonly string[] NeverCopied = ["proc", "sys", "dev"];

    /// <summary>The engine puts the init process here before it mounts our folders, so a copy would hide it.</summary>
    private const string InitFolder = "sbin";

    private static readonly Dictionary<string, string> None = [];

    /// <summary>Makes the space; returns the host's folders by their paths in the container.</summary>
    /// <exception cref="ScratchUnavailableException">The limit cannot be enforced.</exception>
    public async Task<ContainerFolders> Make(ContainerSpec spec, ImageInspectResponse image, CancellationToken cancellation)
    {
        if (spec.Source.DropletDigest is not { } digest)
        {
            var root = await scratch.Make(spec.Attempt, spec.Limits.DiskMb, LayersOf(image), owner: 0, cancellation);
            return new ContainerFolders(FoldersOf(root, image.Config?.Volumes?.Keys ?? []), None);
        }

        var buildpacks = await BuildpacksOf(spec, cancellation);
        var droplet = await droplets.Get(digest, spec.Source.HoldsHome, cancellation);
        var copy = await scratch.Make(spec.Attempt, spec.Limits.DiskMb, [droplet], DropletUser.Id, cancellation);
        return new ContainerFolders(
            spec switch
            {
                { Staging: not null } => FoldersToStage(copy),
                { Source.HoldsHome: true } => StagingFolders.OfDroplet.ToDictionary(folder => folder.Value, folder => RealFolder(copy, folder.Key)),
                _ => new Dictionary<string, string> { [StagingFolders.App] = copy },
            },
            buildpacks);
    }

    private async Task<Dictionary<string, string>> BuildpacksOf(ContainerSpec spec, CancellationToken cancellation)
    {
        var folders = new Dictionary<string, string>();
        foreach (var (index, buildpack) in (spec.Staging?.Buildpacks ?? []).Index())
        {
            if (buildpack.Digest is { } digest)
            {
                folders[StagingFolders.OfBuildpack(index)] = await droplets.Get(digest, linksMayLeave: false, cancellation);
            }
        }

        return folders;
    }

    /// <summary>The app's files, and empty folders beside them on the same disk.</summary>
    private static Dictionary<string, string> FoldersToStage(string copy)
    {
        var folders = new Dictionary<string, string> { [StagingFolders.App] = copy };
        foreach (var path in StagingFolders.Writable)
        {
            folders[path] = ScratchSpace.MakeBeside(copy, path.Trim('/').Replace('/', '-'), DropletUser.Id);
        }

        return folders;
    }

    /// <summary>A link here would be followed on the host.</summary>
    private static string RealFolder(string copy, string name) => new DirectoryInfo(Path.Combine(copy, name)) is { Exists: true, LinkTarget: null } folder
        ? folder.FullName
        : throw new ScratchUnavailableException($"the droplet has no folder {name}: stage it anew");

    private static List<string> LayersOf(ImageInspectResponse image) =>
        image.GraphDriver is { Name: LayeredDriver, Data: { } data } && data.TryGetValue("UpperDir", out var upper)
            ? [upper, .. data.TryGetValue("LowerDir", out var lower) ? lower.Split(':') : []]
            : throw new ScratchUnavailableException(
                $"the disk limit of an image cannot be enforced with the engine's storage driver {image.GraphDriver?.Name}: use {LayeredDriver}, or push the app's bits instead of an image");

    /// <summary>Every folder at the top, and every folder the image declares as a volume: for those the engine would make one without a limit.</summary>
    private static Dictionary<string, string> FoldersOf(string root, IEnumerable<string> volumes)
    {
        var folders = new Dictionary<string, string>();
        // Where /sbin is a link, as to usr/sbin, the folder that holds it stays as it is, and its other folders are copied one by one.
        var holder = new DirectoryInfo(Path.Combine(root, InitFolder)).LinkTarget?.TrimStart('/').Split('/')[0];
        foreach (var folder in RealFolders(root))
        {
            if (folder == holder)
            {
                foreach (var below in RealFolders(Path.Combine(root, folder)))
                {
                    Add($"{folder}/{below}");
                }
            }
            else if (!NeverCopied.Contains(folder))
            {
                Add(folder);
            }
        }

        foreach (var volume in volumes)
        {
            Add(MakeFolder(root, volume));
        }

        return folders;

        void Add(string path)
        {
            if (Path.GetFileName(path) != InitFolder)
            {
                folders[$"/{path}"] = Path.Combine(root, path);
            }
        }
    }

    /// <summary>An image's links name paths inside it; followed here they would lead to the host's files.</summary>
    private static string MakeFolder(string root, string volume)
    {
        var path = root;
        var parts = volume.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        foreach (var part in parts)
        {
            path = Path.Combine(path, part);
            if (part == ".." || new FileInfo(path) is { Exists: true } or { LinkTarget: not null })
            {
                throw new ScratchUnavailableException($"the disk limit cannot be enforced for the image's volume {volume}: it leads through a link or a file");
            }

            Directory.CreateDirectory(path);
        }

        return string.Join('/', parts);
    }

    private static IEnumerable<string> RealFolders(string folder) =>
        new DirectoryInfo(folder)
            .EnumerateDirectories("*", new EnumerationOptions { AttributesToSkip = 0 })
            .Where(entry => entry.LinkTarget is null)
            .Select(entry => entry.Name);
}
