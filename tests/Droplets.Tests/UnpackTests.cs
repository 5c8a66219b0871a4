using System.IO.Compression;
using Granary.Silo.Droplets;

namespace Granary.Droplets.Tests;

public sealed class UnpackTests : IDisposable
{
    private const UnixFileMode Plain = (UnixFileMode)0b110_100_100;
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    private readonly Folder folder = new();

    [Fact]
    public async Task Files_folders_links_and_modes_are_kept()
    {
        using var zip = RawZip.Of(
            RawEntry.Folder("as cf packs it/") with { Mode = RawZip.File | 0b111_101_101 },
            RawEntry.Folder("empty/") with { Mode = RawZip.Directory | 0b111_000_000 },
            RawEntry.Text("tasks/sample-task.sh", "#!/bin/bash\n") with { Mode = RawZip.File | 0b111_101_101 },
            RawEntry.Text("only-owner.sh", "x") with { Mode = RawZip.File | 0b101_000_000 },
            RawEntry.Text("only-others.sh", "x") with { Mode = RawZip.File | 0b110_001_001 },
            RawEntry.Text("open.txt", "x") with { Mode = RawZip.File | 0b110_110_110 },
            RawEntry.Text("stored.txt", "stored") with { Method = 0, Mode = 0 },
            RawEntry.Text("größe 包.txt", "x"),
            RawEntry.Link("tasks/up", "../index.html"),
            RawEntry.Link("nowhere", "missing/file"),
            RawEntry.Link("tasks/chain", "up"),
            RawEntry.Text("index.html", "<p>hello"));

        await An.Unpacker().Unpack(zip, folder.Droplet, CancellationToken.None);

        Assert.True(Directory.Exists(folder.PathOf("as cf packs it")));
        Assert.Equal(Executable, File.GetUnixFileMode(folder.PathOf("empty")));
        Assert.Equal(Executable, File.GetUnixFileMode(folder.PathOf("tasks")));
        Assert.Equal(Executable, File.GetUnixFileMode(folder.PathOf("tasks/sample-task.sh")));
        Assert.Equal(Executable, File.GetUnixFileMode(folder.PathOf("only-owner.sh")));
        Assert.Equal(Plain, File.GetUnixFileMode(folder.PathOf("only-others.sh")));
        Assert.Equal(Plain, File.GetUnixFileMode(folder.PathOf("open.txt")));
        Assert.Equal(Plain, File.GetUnixFileMode(folder.PathOf("stored.txt")));
        Assert.Equal("stored", await File.ReadAllTextAsync(folder.PathOf("stored.txt")));
        Assert.True(File.Exists(folder.PathOf("größe 包.txt")));
        Assert.Equal("../index.html", new FileInfo(folder.PathOf("tasks/up")).LinkTarget);
        Assert.Equal("missing/file", new FileInfo(folder.PathOf("nowhere")).LinkTarget);
        Assert.Equal("<p>hello", await File.ReadAllTextAsync(folder.PathOf("tasks/chain")));
        Assert.Empty(folder.Strangers);
    }

    [Fact]
    public async Task As_root_everything_belongs_to_the_user_of_droplets()
    {
        Assert.True(Environment.IsPrivilegedProcess, "this suite runs as root, as the silo does that runs containers");
        using var zip = RawZip.Of(RawEntry.Text("a/b/file", "x"), RawEntry.Link("link", "a"), RawEntry.Folder("d/"));

        await An.Unpacker().Unpack(zip, folder.Droplet, CancellationToken.None);

        Assert.Equal(["2000:2000 .", "2000:2000 ./a", "2000:2000 ./a/b", "2000:2000 ./a/b/file", "2000:2000 ./d", "2000:2000 ./link"], await Shell.Lines("find . -printf '%U:%G %p\\n' | LC_ALL=C sort", folder.Droplet));
    }

    [Fact]
    public async Task A_zip_of_the_platforms_own_library_is_read_also_from_a_stream_that_cannot_seek()
    {
        var noise = new byte[300_000];
        new Random(7).NextBytes(noise);
        using var zip = new MemoryStream();
        await using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            await using var content = await archive.CreateEntry("data/noise").OpenAsync();
            await content.WriteAsync(noise);
        }

        await An.Unpacker().Unpack(new ForwardOnly(zip.ToArray()), folder.Droplet, CancellationToken.None);

        Assert.Equal(noise, await File.ReadAllBytesAsync(folder.PathOf("data/noise")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task As_many_entries_as_allowed_are_read(bool zip64)
    {
        var entries = Enumerable.Range(0, zip64 ? 100_000 : 65_535).Select(each => new RawEntry($"f{each}", []) { Method = 0 }).ToArray();
        using var zip = RawZip.Of(entries, zip64: zip64);

        var summary = await An.Unpacker().Inspect(zip, CancellationToken.None);

        Assert.Equal(new ArchiveSummary(entries.Length, 0, null), summary);
    }

    [Fact]
    public async Task Small_files_of_one_character_are_no_bombs()
    {
        using var zip = RawZip.Of(new RawEntry("zeros", new byte[1 << 20]));

        var summary = await An.Unpacker().Inspect(zip, CancellationToken.None);

        Assert.Equal(1 << 20, summary.Bytes);
    }

    [Fact]
    public async Task A_bomb_in_a_zip_in_a_zip_is_kept_packed()
    {
        using var inner = RawZip.Of(Zeros.Gigabyte);
        using var zip = RawZip.Of(new RawEntry("inner.zip", inner.ToArray()));

        await An.Unpacker().Unpack(zip, folder.Droplet, CancellationToken.None);

        Assert.Equal(inner.Length, new FileInfo(folder.PathOf("inner.zip")).Length);
    }

    [Fact]
    public async Task Inspection_counts_and_finds_the_Procfile_at_the_top_only()
    {
        using var zip = RawZip.Of(RawEntry.Folder("d/"), RawEntry.Text("d/Procfile", "no: no"), RawEntry.Text("Procfile", "\uFEFFweb: serve\n"), RawEntry.Link("l", "d"));

        var summary = await An.Unpacker().Inspect(zip, CancellationToken.None);

        Assert.Equal(new ArchiveSummary(4, 6 + 14, "web: serve\n"), summary);
    }

    [Fact]
    public async Task A_folder_that_is_not_empty_is_left_as_it_is()
    {
        Directory.CreateDirectory(folder.Droplet);
        await File.WriteAllTextAsync(folder.PathOf("mine"), "x");
        using var zip = RawZip.Of(RawEntry.Text("a", "x"));

        await Assert.ThrowsAsync<ArgumentException>(() => An.Unpacker().Unpack(zip, folder.Droplet, CancellationToken.None));

        Assert.Equal([folder.PathOf("mine")], Directory.EnumerateFileSystemEntries(folder.Droplet));
    }

    [Fact]
    public async Task An_unpacking_that_is_cancelled_leaves_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        using var zip = new CancelsWhileRead(RawZip.Of(RawEntry.Text("a", "x"), new RawEntry("b", new byte[500_000]) { Method = 0 }).ToArray(), cancelled);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => An.Unpacker().Unpack(zip, folder.Droplet, cancelled.Token));

        Assert.False(Directory.Exists(folder.Droplet));
    }

    public void Dispose() => folder.Dispose();

    private sealed class ForwardOnly(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }

    /// <summary>Cancels in the middle of the second entry.</summary>
    private sealed class CancelsWhileRead(byte[] bytes, CancellationTokenSource source) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            if (Position is > 200_000 and < 450_000)
            {
                await source.CancelAsync();
            }

            return read;
        }
    }
}
