using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Granary.Core.Builds;
using Granary.Core.Droplets;
using Granary.Grains.Ports;
using Granary.Silo.Droplets.Zip;
using Microsoft.Extensions.Options;

namespace Granary.Silo.Droplets.Staged;

/// <summary>
/// Makes a droplet of what a staging left: a zip of the folders of its home, written to a temporary file as they come from the engine, checked by the reader that unpacks it later, and
/// stored. Nothing is held in memory but a buffer and a few short texts. The bounds are those of archives.
/// </summary>
internal sealed class DropletPacker(IBlobStore blobs, ZipUnpacker unpacker, IOptions<ArchiveOptions> options) : IDropletPacker
{
    private const int NoteBytesMax = 64 * 1024;
    private const string Launch = "launch.yml";
    private const string Config = "config.yml";

    public async Task<(StagingProduct Product, long Bytes)> Pack(StagingPlan plan, Func<string, Task<IAsyncEnumerable<ReadOnlyMemory<byte>>?>> open, CancellationToken cancellation)
    {
        await using var file = SeekableBits.TemporaryFile();
        try
        {
            var product = await Write(plan, file, open, cancellation);
            file.Position = 0;
            await unpacker.Inspect(file, linksMayLeave: true, cancellation);
            var blob = await blobs.Store(file, cancellation);
            return (product with { Digest = blob.Digest }, blob.SizeBytes);
        }
        catch (ArchiveRefusedException fault)
        {
            return (StagingProduct.Refused($"the droplet cannot be kept: {fault.Message}"), 0);
        }
    }

    private async Task<StagingProduct> Write(StagingPlan plan, Stream file, Func<string, Task<IAsyncEnumerable<ReadOnlyMemory<byte>>?>> open, CancellationToken cancellation)
    {
        await using var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true);
        var home = new HomeZip(zip, file, options.Value, each => TarEntries.OfContainer(open, each, cancellation));
        var notes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, path) in StagingFolders.OfDroplet)
        {
            foreach (var (at, text) in await home.AddFolder(name, path, NoteLength, cancellation))
            {
                notes[at] = text;
            }
        }

        var said = await home.ReadTexts(StagingFolders.Result, NoteBytesMax, cancellation);
        var used = Used(plan, said, notes);
        var types = Types(used.Length, said, notes);
        var info = new { detected_buildpack = used.Length > 0 ? used[^1].BuildpackName ?? used[^1].Name : "", start_command = types.GetValueOrDefault("web", "") };
        await home.AddText("staging_info.yml", JsonSerializer.Serialize(info), cancellation);
        return new StagingProduct(null, types, used);
    }

    /// <summary>Of the files that are read on the way: how many bytes they may have; null for all others.</summary>
    public static int? NoteLength(string path) => path switch
    {
        $"app/{Procfile.FileName}" => Procfile.BytesMax,
        _ when path.StartsWith("deps/", StringComparison.Ordinal) && path.Split('/') is [_, _, Launch or Config] => NoteBytesMax,
        _ => null,
    };

    private static ImmutableArray<UsedBuildpack> Used(StagingPlan plan, Dictionary<string, string> said, Dictionary<string, string> notes)
    {
        if (!plan.Detects)
        {
            return [.. plan.Buildpacks.Select((each, index) => Of(each, index, null))];
        }

        return int.TryParse(said.GetValueOrDefault(StagingScript.ChosenFile), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var chosen) && chosen < plan.Buildpacks.Length
            ? [Of(plan.Buildpacks[chosen], 0, said.GetValueOrDefault(StagingScript.DetectedFile)?.TrimEnd('\n', '\r'))]
            : throw new ArchiveRefusedException("nobody knows which buildpack staged it");

        UsedBuildpack Of(PlannedBuildpack buildpack, int index, string? detected)
        {
            var name = NoteOf(index, Config);
            var config = ProcessTypes.OfConfig(notes.GetValueOrDefault(name), name);
            return new UsedBuildpack(buildpack.Name, detected, config.Name, config.Version);
        }
    }

    /// <summary>In the order in which the last word counts: those before the last buildpack, the last one, the Procfile.</summary>
    public static ImmutableSortedDictionary<string, string> Types(int buildpacks, Dictionary<string, string> said, Dictionary<string, string> notes)
    {
        var types = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var index = 0; index < buildpacks; index++)
        {
            if (notes.TryGetValue(NoteOf(index, Launch), out var launch))
            {
                Add(ProcessTypes.OfLaunch(launch, NoteOf(index, Launch)));
            }
        }

        if (said.TryGetValue(StagingScript.ReleaseFile, out var release))
        {
            Add(ProcessTypes.OfRelease(release));
        }

        if (notes.TryGetValue($"app/{Procfile.FileName}", out var text))
        {
            var procfile = Procfile.Parse(text);
            Add(procfile.Faults.IsEmpty ? procfile.ProcessTypes : throw new ArchiveRefusedException(string.Join(", ", procfile.Faults)));
        }

        var all = types.ToImmutable();
        return Procfile.Fault(all) is { } fault ? throw new ArchiveRefusedException(fault) : all;

        void Add(IEnumerable<KeyValuePair<string, string>> some)
        {
            foreach (var (type, command) in some)
            {
                types[type] = command;
            }
        }
    }

    private static string NoteOf(int index, string name) => string.Create(CultureInfo.InvariantCulture, $"deps/{index}/{name}");
}
