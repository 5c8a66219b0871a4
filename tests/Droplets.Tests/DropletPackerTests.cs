using System.Formats.Tar;
using System.Runtime.CompilerServices;
using System.Text;
using Granary.Core.Builds;
using Granary.Silo.Droplets;

namespace Granary.Droplets.Tests;

/// <summary>What a staging left becomes a droplet that every cell can unpack, or a fault in words; whatever the container says.</summary>
public sealed class DropletPackerTests : StagedTests
{
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
        Assert.Equal("echo run\n", await System.IO.File.ReadAllTextAsync(Home.PathOf("app/again.sh")));
        Assert.Equal(UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(Home.PathOf("app/again.sh")) & UnixFileMode.UserExecute);
        Assert.Equal((UnixFileMode)0, System.IO.File.GetUnixFileMode(Home.PathOf("app/plain.txt")) & UnixFileMode.UserExecute);
        Assert.Equal(("plain.txt", "/usr/bin/env", "../../../etc/hostname"), (Target("app/inside"), Target("app/absolute"), Target("app/away")));
        Assert.False(System.IO.File.Exists(Home.PathOf("app/pipe")));
        Assert.Empty(Home.Strangers);
    }

    [Fact]
    public async Task Such_links_are_refused_in_every_other_archive()
    {
        Leave(StagingFolders.App, Folder("app/"), Link("app/absolute", "/usr/bin/env"));
        var (product, _) = await Pack(Named);

        await using var bits = await Store.Open(product.Digest!, CancellationToken.None);
        var fault = await Assert.ThrowsAsync<ArchiveRefusedException>(() => An.Unpacker().Unpack(bits, Home.Droplet, CancellationToken.None));

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
        Assert.Equal("""{"detected_buildpack":"last","start_command":"serve --procfile"}""", await System.IO.File.ReadAllTextAsync(Home.PathOf("staging_info.yml")));
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
        Bounds.UnpackedBytesMax = 1 << 20;
        var came = 0L;
        Left.Remove(StagingFolders.App);

        var (product, _) = await Packer.Pack(Named, path => Task.FromResult(path == StagingFolders.App ? Endless(() => came += 1 << 16) : Pieces(Left[path]))!, CancellationToken.None);

        Assert.Equal("the droplet cannot be kept: it has more than 1048576 bytes", product.Fault);
        Assert.InRange(came, 1 << 20, 2 << 20);
        Assert.Empty(Directory.GetFiles(Blobs.FullName, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_file_of_zeros_is_no_bomb_and_too_many_files_are_refused()
    {
        Leave(StagingFolders.App, ("app/", ""), ("app/zeros", new string('\0', 64 << 20)));
        var (zeros, _) = await Pack(Named);
        Bounds.EntriesMax = 5;
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
        Left.Remove(StagingFolders.Dependencies);
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
        Left[StagingFolders.App] = Left[StagingFolders.App][..2500];

        await Assert.ThrowsAnyAsync<IOException>(() => Pack(Named));
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
        Sign(header);
        return header;

        void Put(int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
    }
}
