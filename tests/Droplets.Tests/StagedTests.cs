using System.Formats.Tar;
using System.Text;
using Granary.Core.Builds;
using Granary.Silo.Droplets;
using Granary.Silo.Droplets.Staged;
using Granary.Silo.Storage.Blobs;
using Microsoft.Extensions.Options;

namespace Granary.Droplets.Tests;

/// <summary>What a staging left, as the engine tells it; the store to which the droplet goes that is made of it, and a home into which it is unpacked.</summary>
public abstract class StagedTests : IDisposable
{
    internal static readonly StagingPlan Named = new([new PlannedBuildpack("first", new string('a', 64)), new PlannedBuildpack("last", new string('b', 64))], Detects: false);

    protected StagedTests()
    {
        Leave(StagingFolders.App, ("app/", ""));
        Leave(StagingFolders.Dependencies, ("deps/", ""));
        Leave(StagingFolders.Profile, ("profile.d/", ""));
        Leave(StagingFolders.Result, ("staging/", ""));
    }

    private protected Folder Home { get; } = new();

    private protected DirectoryInfo Blobs { get; } = Directory.CreateTempSubdirectory("blobs-");

    /// <summary>The tar of each folder or file that the engine is asked for.</summary>
    private protected Dictionary<string, byte[]> Left { get; } = [];

    private protected ArchiveOptions Bounds { get; } = new();

    private protected DirectoryBlobStore Store => new(Blobs.FullName);

    private protected DropletPacker Packer => new(Store, new ZipUnpacker(Options.Create(Bounds)), Options.Create(Bounds));

    public void Dispose()
    {
        Home.Dispose();
        Blobs.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected void Leave(string path, params (string Name, string Text)[] files) =>
        Leave(path, [.. files.Select(each => each.Name.EndsWith('/') ? Folder(each.Name) : File(each.Name, each.Text, 0x1A4))]);

    private protected void Leave(string path, params TarEntry[] entries) => Left[path] = Tarred(entries);

    private protected static byte[] Tarred(params TarEntry[] entries)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return tar.ToArray();
    }

    private protected static PaxTarEntry Folder(string name) => new(TarEntryType.Directory, name) { Mode = (UnixFileMode)0x1ED };

    private protected static PaxTarEntry File(string name, string text, int mode) => new(TarEntryType.RegularFile, name) { Mode = (UnixFileMode)mode, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    private protected static PaxTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };

    /// <summary>Writes the checksum of a header at the beginning of a tar. It is made over blanks in its own place.</summary>
    private protected static void Sign(byte[] tar)
    {
        "        "u8.CopyTo(tar.AsSpan(148));
        Encoding.ASCII.GetBytes($"{Convert.ToString(tar.Take(512).Sum(each => each), 8).PadLeft(6, '0')}\0 ").CopyTo(tar, 148);
    }

    private protected Task<(StagingProduct Product, long Bytes)> Pack(StagingPlan plan) =>
        Packer.Pack(plan, path => Task.FromResult(Left.TryGetValue(path, out var tar) ? Pieces(tar) : null), CancellationToken.None);

    private protected async Task Unpack(StagingProduct product)
    {
        await using var bits = await Store.Open(product.Digest!, CancellationToken.None);
        await An.Unpacker().Unpack(bits, Home.Droplet, linksMayLeave: true, CancellationToken.None);
    }

    private protected string? Target(string name) => new FileInfo(Home.PathOf(name)).LinkTarget;

    private protected static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] tar)
    {
        foreach (var piece in tar.Chunk(700))
        {
            await Task.Yield();
            yield return piece;
        }
    }
}
