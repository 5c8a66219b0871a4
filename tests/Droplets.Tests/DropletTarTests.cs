using System.Formats.Tar;
using System.IO.Compression;
using Granary.Core.Builds;
using Granary.Core.Runtime;
using Granary.Silo.Droplets;
using Granary.Silo.Droplets.Staged;
using Microsoft.Extensions.Options;

namespace Granary.Droplets.Tests;

/// <summary>Droplets as the tar.gz that clients get and send: what was shown is read again, and what is none is refused in words.</summary>
public sealed class DropletTarTests : StagedTests
{
    private DropletTar Tar => new(Store, new ZipUnpacker(Options.Create(Bounds)), Options.Create(Bounds));

    [Fact]
    public async Task A_droplet_is_shown_as_a_tar_of_its_home()
    {
        Leave(StagingFolders.App, Folder("app/"), File("app/run.sh", "echo run\n", 0x1ED), File("app/empty", "", 0x1A4), Link("app/absolute", "/usr/bin/env"));
        var (product, _) = await Pack(Named);

        var shown = await Shown(new ContainerSource("stack", product.Digest) { HoldsHome = true });

        Assert.Equal(
            ["./app/ 755", "./app/absolute 755 -> /usr/bin/env", "./app/empty 644", "./app/run.sh 755: echo run\n", "./deps/ 755", "./profile.d/ 755", """./staging_info.yml 644: {"detected_buildpack":"last","start_command":""}"""],
            shown);
    }

    [Fact]
    public async Task Files_that_were_uploaded_are_its_app_folder()
    {
        var zip = RawZip.Of(RawEntry.Text("run.sh", "echo run\n"), RawEntry.Folder("lib/"));

        Assert.Equal(["./app/ 755", "./app/lib/ 755", "./app/run.sh 644: echo run\n"], await Shown(new ContainerSource("stack", await Stored(zip.ToArray()))));
    }

    [Fact]
    public async Task A_droplet_that_was_shown_is_read_again()
    {
        Leave(StagingFolders.App, Folder("app/"), File("app/run.sh", "echo run\n", 0x1ED), Link("app/absolute", "/usr/bin/env"), File("app/Procfile", "clock: tick\n", 0x1A4));
        Leave(StagingFolders.Dependencies, ("deps/", ""), ("deps/0/", ""), ("deps/0/launch.yml", "processes:\n- type: worker\n  command: work\n"));
        Leave(StagingFolders.Result, ("staging/", ""), ("staging/release.yml", "default_process_types: {web: serve}\n"));
        var (product, _) = await Pack(Named);
        using var shown = new MemoryStream();
        await Tar.Write(new ContainerSource("stack", product.Digest) { HoldsHome = true }, shown, CancellationToken.None);

        var read = await Read(shown.ToArray());
        await Unpack(read);

        Assert.Null(read.Fault);
        Assert.Equal(["clock: tick", "web: serve", "worker: work"], read.ProcessTypes.Select(each => $"{each.Key}: {each.Value}"));
        Assert.Equal("echo run\n", await System.IO.File.ReadAllTextAsync(Home.PathOf("app/run.sh")));
        Assert.Equal(UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(Home.PathOf("app/run.sh")) & UnixFileMode.UserExecute);
        Assert.Equal("/usr/bin/env", Target("app/absolute"));
    }

    [Fact]
    public async Task Of_a_droplet_from_elsewhere_the_folders_of_a_droplet_are_kept()
    {
        var read = await Read(Packed(File("./app/run.sh", "run", 0x1ED), new PaxTarEntry(TarEntryType.HardLink, "./app/again.sh") { LinkName = "./app/run.sh" }, Folder("./tmp/"), File("./logs/old.log", "old", 0x1A4), File("./staging_info.yml", """{"detected_buildpack":"","start_command":"serve all"}""", 0x1A4)));
        await Unpack(read);

        Assert.Equal(["app", "deps", "profile.d"], Directory.GetFileSystemEntries(Home.Droplet).Select(Path.GetFileName).Order());
        Assert.Equal("run", await System.IO.File.ReadAllTextAsync(Home.PathOf("app/again.sh")));
        Assert.Equal(["web: serve all"], read.ProcessTypes.Select(each => $"{each.Key}: {each.Value}"));
    }

    /// <summary>Found by broken droplets at random: the reader of tars of .NET told an overflow.</summary>
    [Theory]
    [InlineData("mode", 100, 8)]
    [InlineData("uid", 108, 8)]
    [InlineData("gid", 116, 8)]
    [InlineData("size", 124, 12)]
    [InlineData("mtime", 136, 12)]
    [InlineData("devmajor", 329, 8)]
    [InlineData("devminor", 337, 8)]
    public async Task A_number_beyond_all_bounds_in_a_header_is_refused_or_of_no_matter(string field, int at, int length)
    {
        TarEntry[] entries = [new PaxTarEntry(TarEntryType.RegularFile, "app/run.sh"), new GnuTarEntry(TarEntryType.RegularFile, "app/run.sh"), new UstarTarEntry(TarEntryType.RegularFile, "app/run.sh"), new V7TarEntry(TarEntryType.V7RegularFile, "app/run.sh")];
        byte[][] numbers = [[0x80, .. Enumerable.Repeat((byte)0xFF, length - 1)], [.. Enumerable.Repeat((byte)0xFF, length)], [0xFF, .. new byte[length - 1]], [.. Enumerable.Repeat((byte)'7', length)], [.. Enumerable.Repeat((byte)'x', length)]];
        foreach (var (entry, number) in entries.SelectMany(entry => numbers.Select(number => (entry, number))))
        {
            var tar = Tarred(entry);
            number.CopyTo(tar, at);
            Sign(tar);

            var read = await Read(Gzipped(tar));

            Assert.True(read.Fault is null || read.Fault.StartsWith("it is no tar.gz that can be read (", StringComparison.Ordinal) || read.Fault.StartsWith("it has more than", StringComparison.Ordinal), $"{entry.Format} {field}: {read.Fault}");
        }
    }

    [Fact]
    public async Task What_is_no_droplet_is_refused()
    {
        var sound = Packed(File("app/run.sh", new string('x', 100_000), 0x1ED));
        Bounds.UnpackedBytesMax = 1 << 20;

        Assert.StartsWith("it is no tar.gz that can be read (", (await Read("no tar at all"u8.ToArray())).Fault, StringComparison.Ordinal);
        Assert.StartsWith("it is no tar.gz that can be read (", (await Read(sound[..^20])).Fault, StringComparison.Ordinal);
        Assert.Contains("holds nothing in a folder 'app'", (await Read(Packed(File("etc/passwd", "root", 0x1A4)))).Fault, StringComparison.Ordinal);
        Assert.Contains("..", (await Read(Packed(File("app/../../escape", "x", 0x1A4)))).Fault, StringComparison.Ordinal);
        Assert.Equal("\"app\" is no folder", (await Read(Packed(File("app", "x", 0x1A4)))).Fault);
        Assert.Equal("it has more than 1048576 bytes", (await Read(Packed(File("app/run.sh", "x", 0x1A4), File("tmp/zeros", new string('\0', 2 << 20), 0x1A4)))).Fault);
        Assert.StartsWith("it has more than 100 further names", (await Read(Names(101))).Fault, StringComparison.Ordinal);
        Assert.Null((await Read(Names(100))).Fault);
        Assert.Null((await Read(sound)).Fault);

        byte[] Names(int count) => Packed([File("app/run.sh", "run", 0x1ED), .. Enumerable.Range(0, count).Select(each => new PaxTarEntry(TarEntryType.HardLink, $"app/{each}") { LinkName = "app/run.sh" })]);
    }

    private async Task<string> Stored(byte[] file)
    {
        var upload = Guid.NewGuid();
        await Store.Append(upload, 0, file, CancellationToken.None);
        return (await Store.Complete(upload, CancellationToken.None)).Digest;
    }

    private async Task<StagingProduct> Read(byte[] file) => await Tar.Read(await Stored(file), CancellationToken.None);

    private static byte[] Packed(params TarEntry[] entries) => Gzipped(Tarred(entries));

    private static byte[] Gzipped(byte[] tar)
    {
        using var packed = new MemoryStream();
        using (var unpacked = new GZipStream(packed, CompressionLevel.Fastest))
        {
            unpacked.Write(tar);
        }

        return packed.ToArray();
    }

    /// <summary>The entries of the tar, with modes in octal, contents and link targets, by name.</summary>
    private async Task<string[]> Shown(ContainerSource source)
    {
        using var packed = new MemoryStream();
        await Tar.Write(source, packed, CancellationToken.None);
        packed.Position = 0;
        await using var tar = new TarReader(new GZipStream(packed, CompressionMode.Decompress));
        var shown = new List<string>();
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            using var text = entry.DataStream is { } data ? new StreamReader(data) : null;
            shown.Add($"{entry.Name} {Convert.ToString((int)entry.Mode, 8)}{(entry.LinkName.Length > 0 ? $" -> {entry.LinkName}" : "")}{(text is null ? "" : $": {await text.ReadToEndAsync()}")}");
        }

        return [.. shown.Order(StringComparer.Ordinal)];
    }
}
