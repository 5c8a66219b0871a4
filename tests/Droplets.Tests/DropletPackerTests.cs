using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using Granary.Core.Builds;
using Granary.Core.Runtime;
using Granary.Silo.Droplets;
using Granary.Silo.Droplets.Staged;
using Granary.Silo.Storage.Blobs;
using Microsoft.Extensions.Options;

namespace Granary.Droplets.Tests;

/// <summary>What a staging left becomes a droplet that every cell can unpack, or a fault in words; whatever the container says.</summary>
public sealed class DropletPackerTests : IDisposable
{
    private static readonly StagingPlan Named = new([new PlannedBuildpack("first", new string('a', 64)), new PlannedBuildpack("last", new string('b', 64))], Detects: false);

    private readonly Folder folder = new();
    private readonly DirectoryInfo store = Directory.CreateTempSubdirectory("blobs-");
    private readonly Dictionary<string, byte[]> left = [];
    private readonly ArchiveOptions options = new();

    public DropletPackerTests()
    {
        Leave(StagingFolders.App, ("app/", ""));
        Leave(StagingFolders.Dependencies, ("deps/", ""));
        Leave(StagingFolders.Profile, ("profile.d/", ""));
        Leave(StagingFolders.Result, ("staging/", ""));
    }

    public void Dispose()
    {
        folder.Dispose();
        store.Delete(recursive: true);
    }

    [Fact]
    public async Task Files_modes_and_links_come_back_as_they_were()
    {
        Leave(
            StagingFolders.App,
            Folder("app/"),
            File("app/run.sh", "echo run\n", 0x1ED),
            File("app/plain.txt", "plain\n", 0x1A4),
            Link("app/inside", "plain.txt"),
            Link("app/absolute", "/usr/bin/env"),
            Link("app/away", "../../../etc/hostname"),
            new PaxTarEntry(TarEntryType.HardLink, "app/again.sh") { LinkName = "app/run.sh" },
            new PaxTarEntry(TarEntryType.Fifo, "app/pipe"));
        Leave("/home/vcap/app/run.sh", File("run.sh", "echo run\n", 0x1ED));

        var (product, bytes) = await Pack(Named);
        await Unpack(product);

        Assert.Null(product.Fault);
        Assert.True(bytes > 0);
        Assert.Equal("echo run\n", await System.IO.File.ReadAllTextAsync(folder.PathOf("app/again.sh")));
        Assert.Equal(UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(folder.PathOf("app/again.sh")) & UnixFileMode.UserExecute);
        Assert.Equal((UnixFileMode)0, System.IO.File.GetUnixFileMode(folder.PathOf("app/plain.txt")) & UnixFileMode.UserExecute);
        Assert.Equal(("plain.txt", "/usr/bin/env", "../../../etc/hostname"), (Target("app/inside"), Target("app/absolute"), Target("app/away")));
        Assert.False(System.IO.File.Exists(folder.PathOf("app/pipe")));
        Assert.Empty(folder.Strangers);
    }

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
        var upload = Guid.NewGuid();
        await Store().Append(upload, 0, zip.ToArray(), CancellationToken.None);
        var blob = await Store().Complete(upload, CancellationToken.None);

        Assert.Equal(["./app/ 755", "./app/lib/ 755", "./app/run.sh 644: echo run\n"], await Shown(new ContainerSource("stack", blob.Digest)));
    }

    [Fact]
    public async Task A_droplet_that_was_shown_is_read_again()
    {
        Leave(StagingFolders.App, Folder("app/"), File("app/run.sh", "echo run\n", 0x1ED), Link("app/absolute", "/usr/bin/env"), File("app/Procfile", "clock: tick\n", 0x1A4));
        Leave(StagingFolders.Dependencies, ("deps/", ""), ("deps/0/", ""), ("deps/0/launch.yml", "processes:\n- type: worker\n  command: work\n"));
        Leave(StagingFolders.Result, ("staging/", ""), ("staging/release.yml", "default_process_types: {web: serve}\n"));
        var (product, _) = await Pack(Named);
        using var shown = new MemoryStream();
        await Tar().Write(new ContainerSource("stack", product.Digest) { HoldsHome = true }, shown, CancellationToken.None);

        var read = await Read(shown.ToArray());
        await Unpack(read);

        Assert.Null(read.Fault);
        Assert.Equal(["clock: tick", "web: serve", "worker: work"], read.ProcessTypes.Select(each => $"{each.Key}: {each.Value}"));
        Assert.Equal("echo run\n", await System.IO.File.ReadAllTextAsync(folder.PathOf("app/run.sh")));
        Assert.Equal(UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(folder.PathOf("app/run.sh")) & UnixFileMode.UserExecute);
        Assert.Equal("/usr/bin/env", Target("app/absolute"));
    }

    [Fact]
    public async Task Of_a_droplet_from_elsewhere_the_folders_of_a_droplet_are_kept()
    {
        var read = await Read(Packed(File("./app/run.sh", "run", 0x1ED), new PaxTarEntry(TarEntryType.HardLink, "./app/again.sh") { LinkName = "./app/run.sh" }, Folder("./tmp/"), File("./logs/old.log", "old", 0x1A4), File("./staging_info.yml", """{"detected_buildpack":"","start_command":"serve all"}""", 0x1A4)));
        await Unpack(read);

        Assert.Equal(["app", "deps", "profile.d"], Directory.GetFileSystemEntries(folder.Droplet).Select(Path.GetFileName).Order());
        Assert.Equal("run", await System.IO.File.ReadAllTextAsync(folder.PathOf("app/again.sh")));
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
            var tar = Unpacked(Packed(entry));
            number.CopyTo(tar, at);
            "        "u8.CopyTo(tar.AsSpan(148)); // The checksum is made over blanks in its own place.
            Encoding.ASCII.GetBytes($"{Convert.ToString(tar.AsSpan(0, 512).ToArray().Sum(each => each), 8).PadLeft(6, '0')}\0 ").CopyTo(tar, 148);

            var read = await Read(Gzipped(tar));

            Assert.True(read.Fault is null || read.Fault.StartsWith("it is no tar.gz that can be read (", StringComparison.Ordinal) || read.Fault.StartsWith("it has more than", StringComparison.Ordinal), $"{entry.Format} {field}: {read.Fault}");
        }
    }

    [Fact]
    public async Task What_is_no_droplet_is_refused()
    {
        var sound = Packed(File("app/run.sh", new string('x', 100_000), 0x1ED));
        options.UnpackedBytesMax = 1 << 20;

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

    [Fact]
    public async Task Such_links_are_refused_in_every_other_archive()
    {
        Leave(StagingFolders.App, Folder("app/"), Link("app/absolute", "/usr/bin/env"));
        var (product, _) = await Pack(Named);

        await using var bits = await Store().Open(product.Digest!, CancellationToken.None);
        var fault = await Assert.ThrowsAsync<ArchiveRefusedException>(() => An.Unpacker().Unpack(bits, folder.Droplet, CancellationToken.None));

        Assert.Contains("absolute", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_types_are_those_of_the_buildpacks_and_the_Procfile_has_the_last_word()
    {
        Leave(StagingFolders.App, ("app/", ""), ("app/Procfile", "web: serve --procfile\n"));
        Leave(StagingFolders.Dependencies, ("deps/", ""), ("deps/0/", ""), ("deps/0/launch.yml", "processes:\n- type: clock\n  command: tick\n- type: worker\n  command: no\n"), ("deps/0/config.yml", "name: First\nversion: 1.2.3\n"));
        Leave(StagingFolders.Result, ("staging/", ""), ("staging/release.yml", "---\nconfig_vars:\n  A: b\ndefault_process_types:\n  web: serve\n  worker: work\n"));

        var (product, _) = await Pack(Named);
        await Unpack(product);

        Assert.Equal(["clock: tick", "web: serve --procfile", "worker: work"], product.ProcessTypes.Select(each => $"{each.Key}: {each.Value}"));
        Assert.Equal([new UsedBuildpack("first", null, "First", "1.2.3"), new UsedBuildpack("last")], product.Buildpacks.AsEnumerable());
        Assert.Equal("""{"detected_buildpack":"last","start_command":"serve --procfile"}""", await System.IO.File.ReadAllTextAsync(folder.PathOf("staging_info.yml")));
    }

    [Fact]
    public async Task The_buildpack_that_knew_the_app_is_told_with_what_it_said()
    {
        Leave(StagingFolders.Result, ("staging/", ""), ("staging/chosen", "1\n"), ("staging/detected", "an app\n"));

        var (product, _) = await Pack(Named with { Detects = true });

        Assert.Equal(new UsedBuildpack("last", "an app"), Assert.Single(product.Buildpacks));
    }

    [Fact]
    public async Task More_than_a_droplet_may_hold_is_refused_before_it_has_all_come()
    {
        options.UnpackedBytesMax = 1 << 20;
        var came = 0L;
        left.Remove(StagingFolders.App);

        var (product, _) = await Packer().Pack(Named, path => Task.FromResult(path == StagingFolders.App ? Endless(() => came += 1 << 16) : Pieces(left[path]))!, CancellationToken.None);

        Assert.Equal("the droplet cannot be kept: it has more than 1048576 bytes", product.Fault);
        Assert.InRange(came, 1 << 20, 2 << 20);
        Assert.Empty(Directory.GetFiles(store.FullName, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_file_of_zeros_is_no_bomb_and_too_many_files_are_refused()
    {
        Leave(StagingFolders.App, ("app/", ""), ("app/zeros", new string('\0', 64 << 20)));
        var (zeros, _) = await Pack(Named);
        options.EntriesMax = 5;
        Leave(StagingFolders.App, [("app/", ""), .. Enumerable.Range(0, 9).Select(each => ($"app/{each}", ""))]);
        var (many, _) = await Pack(Named);

        Assert.Null(zeros.Fault);
        Assert.Equal("the droplet cannot be kept: it has more than 5 files and folders", many.Fault);
    }

    [Fact]
    public async Task What_the_engine_would_never_say_is_refused()
    {
        Leave(StagingFolders.App, File("app", "no folder", 0x1A4));
        var (file, _) = await Pack(Named);
        Leave(StagingFolders.App, ("app/", ""), ("etc/passwd", "root"));
        var (foreign, _) = await Pack(Named);
        Leave(StagingFolders.App, ("app/", ""), ("app/../../escape", "x"));
        var (escape, _) = await Pack(Named);
        Leave(StagingFolders.App, Folder("app/"), Link("app/link", "/etc"), File("app/link/passwd", "root", 0x1A4));
        var (through, _) = await Pack(Named);
        left.Remove(StagingFolders.Dependencies);
        Leave(StagingFolders.App, ("app/", ""));
        var (nothing, _) = await Pack(Named);

        Assert.Equal("the droplet cannot be kept: /home/vcap/app is no folder", file.Fault);
        Assert.Contains("\"etc/passwd\" that is not below it", foreign.Fault, StringComparison.Ordinal);
        Assert.Contains("has a part \"..\" in its path", escape.Fault, StringComparison.Ordinal);
        Assert.Contains("lies below \"app/link\", which is a symbolic link", through.Fault, StringComparison.Ordinal);
        Assert.Equal("the droplet cannot be kept: /home/vcap/deps is not there any more", nothing.Fault);
    }

    [Theory]
    [InlineData("- a list", null)]
    [InlineData("default_process_types: [web]", null)]
    [InlineData("default_process_types:\n  web: &a serve", "what the buildpack's release wrote is no YAML that can be read: anchors and aliases are not supported")]
    [InlineData("default_process_types: {'no type': x}", "process type \"no type\" is not 1 to 64 letters, digits, \"_\" or \"-\"")]
    public async Task A_release_is_read_strictly(string yaml, string? fault)
    {
        Leave(StagingFolders.Result, ("staging/", ""), ("staging/release.yml", yaml));

        var (product, _) = await Pack(Named);

        Assert.Equal(fault is null ? null : $"the droplet cannot be kept: {fault}", product.Fault);
    }

    [Fact]
    public async Task A_tar_that_breaks_off_is_a_fault_that_passes()
    {
        Leave(StagingFolders.App, ("app/", ""), ("app/file", new string('x', 4000)));
        left[StagingFolders.App] = left[StagingFolders.App][..2500];

        await Assert.ThrowsAnyAsync<IOException>(() => Pack(Named));
    }

    private void Leave(string path, params (string Name, string Text)[] files) =>
        Leave(path, [.. files.Select(each => each.Name.EndsWith('/') ? Folder(each.Name) : File(each.Name, each.Text, 0x1A4))]);

    private void Leave(string path, params TarEntry[] entries)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        left[path] = tar.ToArray();
    }

    private static PaxTarEntry Folder(string name) => new(TarEntryType.Directory, name) { Mode = (UnixFileMode)0x1ED };

    private static PaxTarEntry File(string name, string text, int mode) => new(TarEntryType.RegularFile, name) { Mode = (UnixFileMode)mode, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    private static PaxTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };

    private DropletPacker Packer() => new(Store(), new ZipUnpacker(Options.Create(options)), Options.Create(options));

    private DirectoryBlobStore Store() => new(store.FullName);

    private Task<(StagingProduct Product, long Bytes)> Pack(StagingPlan plan) =>
        Packer().Pack(plan, path => Task.FromResult(left.TryGetValue(path, out var tar) ? Pieces(tar) : null), CancellationToken.None);

    private DropletTar Tar() => new(Store(), new ZipUnpacker(Options.Create(options)), Options.Create(options));

    private async Task<StagingProduct> Read(byte[] file)
    {
        var upload = Guid.NewGuid();
        await Store().Append(upload, 0, file, CancellationToken.None);
        return await Tar().Read((await Store().Complete(upload, CancellationToken.None)).Digest, CancellationToken.None);
    }

    private static byte[] Unpacked(byte[] packed)
    {
        using var tar = new MemoryStream();
        using var unpacked = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        unpacked.CopyTo(tar);
        return tar.ToArray();
    }

    private static byte[] Gzipped(byte[] tar)
    {
        using var packed = new MemoryStream();
        using (var unpacked = new GZipStream(packed, CompressionLevel.Fastest))
        {
            unpacked.Write(tar);
        }

        return packed.ToArray();
    }

    private static byte[] Packed(params TarEntry[] entries)
    {
        using var packed = new MemoryStream();
        using (var unpacked = new GZipStream(packed, CompressionLevel.Fastest))
        using (var tar = new TarWriter(unpacked))
        {
            foreach (var entry in entries)
            {
                tar.WriteEntry(entry);
            }
        }

        return packed.ToArray();
    }

    /// <summary>The entries of the tar, with modes in octal, contents and link targets, by name.</summary>
    private async Task<string[]> Shown(ContainerSource source)
    {
        using var packed = new MemoryStream();
        await Tar().Write(source, packed, CancellationToken.None);
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

    private async Task Unpack(StagingProduct product)
    {
        await using var bits = await Store().Open(product.Digest!, CancellationToken.None);
        await An.Unpacker().Unpack(bits, folder.Droplet, linksMayLeave: true, CancellationToken.None);
    }

    private string? Target(string name) => new FileInfo(folder.PathOf(name)).LinkTarget;

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] tar)
    {
        foreach (var piece in tar.Chunk(700))
        {
            await Task.Yield();
            yield return piece;
        }
    }

    /// <summary>A file that says it has eight gigabytes, and would not end before.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Endless(Action count, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        yield return Header("app/", 0, TarEntryType.Directory);
        yield return Header("app/large", 8L << 30, TarEntryType.RegularFile);
        var piece = new byte[1 << 16];
        new Random(1).NextBytes(piece);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
            count();
            yield return piece;
        }
    }

    /// <summary>A header in the old form, whose numbers are octal.</summary>
    private static ReadOnlyMemory<byte> Header(string name, long size, TarEntryType type)
    {
        var header = new byte[512];
        Put(0, name);
        Put(100, "0000644");
        Put(124, Convert.ToString(size, 8).PadLeft(11, '0'));
        Put(136, "00000000000");
        header[156] = (byte)type;
        Put(148, "        ");
        Put(148, Convert.ToString(header.Sum(each => each), 8).PadLeft(6, '0') + "\0 ");
        return header;

        void Put(int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
    }
}
