using System.Text;
using Granary.Silo.Droplets;

namespace Granary.Droplets.Tests;

/// <summary>Every archive here must be refused by both ways in, with the rule in the message, leaving nothing on the disk.</summary>
public sealed class HostileZipTests : IDisposable
{
    private const int SetUserId = 0x800;

    private readonly Folder folder = new();

    public static TheoryData<string, string> BadNames => new()
    {
        { "../evil", "a part \"..\"" },
        { "a/../../evil", "a part \"..\"" },
        { "a/..", "a part \"..\"" },
        { "/etc/evil", "an absolute path" },
        { "//evil", "an absolute path" },
        { "..\\evil", "a backslash" },
        { "a\\b", "a backslash" },
        { "C:evil", "a drive letter" },
        { "c:/evil", "a drive letter" },
        { "a\0b", "a control character" },
        { "a\nb", "a control character" },
        { "a\u007fb", "a control character" },
        { "a\u0085b", "a control character" },
        { "a//b", "an empty part" },
        { "./a", "a part \".\"" },
        { "a/./b", "a part \".\"" },
        { "", "no name" },
        { "/", "no name" },
        { new string('n', 256), "more than 255 bytes" },
        { string.Join('/', Enumerable.Repeat(new string('p', 102), 10)), "more than 1024 bytes" },
        { string.Join('/', Enumerable.Repeat("d", 65)), "more than 64 folders" },
    };

    public static TheoryData<int, string> BadModes => new()
    {
        { 0x2000 | 0b110_110_110, "neither a file, nor a folder, nor a symbolic link" }, // character device
        { 0x6000 | 0b110_110_110, "neither a file, nor a folder, nor a symbolic link" }, // block device
        { 0x1000 | 0b110_110_110, "neither a file, nor a folder, nor a symbolic link" }, // fifo
        { 0xC000 | 0b110_110_110, "neither a file, nor a folder, nor a symbolic link" }, // socket
        { 0xF000 | 0b110_110_110, "neither a file, nor a folder, nor a symbolic link" }, // no kind at all
        { RawZip.File | SetUserId | 0b111_101_101, "set-user-id" },
        { RawZip.File | 0x400 | 0b111_101_101, "set-group-id" },
        { RawZip.Directory | 0b111_101_101, "disagree" },
    };

    public static TheoryData<string, string, string> BadLinks => new()
    {
        { "link", "/etc/passwd", "an absolute target" },
        { "link", "../evil", "leads out of the archive" },
        { "a/link", "../../evil", "leads out of the archive" },
        { "a/link", "x/../../../evil", "leads out of the archive" },
        { "link", "..", "leads out of the archive" },
        { "link", "link", "leads in a circle" },
        { "link", "", "without a target" },
        { "link", "a\\b", "a backslash in its target" },
        { "link", "a\nb", "a control character in its target" },
        { "link", new string('t', 1025), "more than 1024 bytes" },
    };

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task A_path_that_could_lead_elsewhere_is_refused(string name, string rule) =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("good", "x"), RawEntry.Text(name, "x") with { Mode = 0 }), rule);

    [Theory]
    [MemberData(nameof(BadModes))]
    public async Task What_is_no_plain_file_is_refused(int mode, string rule) =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("good", "x"), RawEntry.Text("bad", "x") with { Mode = mode }), rule, "\"bad\"");

    [Theory]
    [MemberData(nameof(BadLinks))]
    public async Task A_link_that_leads_elsewhere_is_refused(string name, string target, string rule) =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("good", "x"), RawEntry.Link(name, target)), rule, $"\"{name}\"");

    [Fact]
    public async Task Links_that_lead_out_only_together_are_refused() =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("a/b/c/file", "x"), RawEntry.Link("deep", "a/b/c"), RawEntry.Link("a/b/c/up", "../.."), RawEntry.Link("out", "deep/up/../../evil")), "leads out of the archive", "\"out\"");

    [Fact]
    public async Task Links_that_lead_to_each_other_are_refused() =>
        await IsRefused(() => RawZip.Of(RawEntry.Link("one", "two"), RawEntry.Link("two", "one")), "leads in a circle");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_written_below_a_link_in_whatever_order_they_come(bool linkFirst)
    {
        var link = RawEntry.Link("a", "b");
        var file = RawEntry.Text("a/file", "x");

        await IsRefused(() => linkFirst ? RawZip.Of(link, file) : RawZip.Of(file, link), "lies below \"a\", which is a symbolic link");
    }

    [Fact]
    public async Task A_file_is_no_folder() =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("a", "x"), RawEntry.Text("a/file", "x")), "lies below \"a\", which is a file");

    [Theory]
    [InlineData("same", "same")]
    [InlineData("same", "same/")]
    [InlineData("same/", "same/")]
    public async Task A_path_that_is_there_twice_is_refused(string first, string second) =>
        await IsRefused(() => RawZip.Of(new RawEntry(first, []) with { Mode = 0 }, new RawEntry(second, []) with { Mode = 0 }), "\"same\" is there twice");

    [Fact]
    public async Task A_gigabyte_of_zeros_is_refused_before_much_of_it_is_written()
    {
        var zeros = Zeros.Gigabyte;
        Assert.InRange(zeros.Packed!.Length, 1, 8 << 20);

        await IsRefused(() => RawZip.Of(RawEntry.Text("good", "x"), zeros), "more than 200 times its packed size", "\"zeros\"");
    }

    [Fact]
    public async Task A_bomb_that_calls_itself_small_is_refused() =>
        await IsRefused(() => RawZip.Of(Zeros.Gigabyte with { Bytes = 1000 }), "more than 200 times its packed size");

    [Fact]
    public async Task Many_small_entries_do_not_make_a_bomb_together()
    {
        var packed = RawZip.Deflate(new byte[1 << 20]);
        var entries = Enumerable.Range(0, 300).Select(each => new RawEntry($"f{each}", new byte[1 << 20]) { Packed = packed }).ToArray();

        await IsRefused(() => RawZip.Of(entries), "the archive unpacks to more than 200 times its packed size");
    }

    [Fact]
    public async Task More_bytes_than_the_limit_are_refused()
    {
        var noise = new byte[4000];
        new Random(1).NextBytes(noise);

        await IsRefused(() => RawZip.Of(new RawEntry("one", noise), new RawEntry("two", noise)), "more than 7999 bytes when unpacked, reached at entry \"two\"", unpacker: An.Unpacker(o => o.UnpackedBytesMax = 7999));
    }

    [Fact]
    public async Task An_archive_that_is_itself_too_large_is_refused() =>
        await IsRefused(() => RawZip.Of(new RawEntry("one", new byte[5000]) { Method = 0 }), "the archive has more than 2000 bytes", unpacker: An.Unpacker(o => o.ArchiveBytesMax = 2000));

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(0)]
    [InlineData(4_000_000_000)]
    public async Task A_size_that_is_a_lie_is_refused(long said) =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("liar", "hello") with { Bytes = said }), $"\"liar\" says it has {said} bytes, and has 5");

    [Fact]
    public async Task A_packed_size_beyond_the_archive_is_refused() =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("liar", "hello") with { PackedBytes = 1_000_000 }), "\"liar\" is cut off");

    [Fact]
    public async Task A_wrong_checksum_is_refused() =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("good", "x"), RawEntry.Text("bad", "hello") with { Crc = 1 }), "\"bad\" is damaged: its checksum is wrong");

    [Fact]
    public async Task Bytes_that_cannot_be_unpacked_are_refused() =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("bad", "hello") with { Packed = [0xFF, 0xFF, 0xFF, 0xFF] }), "\"bad\" is damaged: it cannot be unpacked");

    [Fact]
    public async Task A_folder_with_content_is_refused() =>
        await IsRefused(() => RawZip.Of(RawEntry.Folder("d/") with { Content = Encoding.UTF8.GetBytes("x") }), "\"d/\" is a folder and has content");

    [Fact]
    public async Task Entries_beyond_the_limit_are_refused()
    {
        var entries = Enumerable.Range(0, 100_001).Select(each => new RawEntry($"f{each}", []) { Method = 0 }).ToArray();

        await IsRefused(() => RawZip.Of(entries, zip64: true), "more than 100000 entries");
        await IsRefused(() => RawZip.Of(entries, countSaid: 5, zip64: true), "more entries than it says");
    }

    [Fact]
    public async Task Folders_that_paths_imply_count_as_entries() =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("a/b/c/d", "x")), "more than 3 entries, counted with the folders", unpacker: An.Unpacker(o => o.EntriesMax = 3));

    [Theory]
    [InlineData(0x801)]
    [InlineData(0x841)]
    [InlineData(0x2800)]
    public async Task An_encrypted_entry_is_refused(int flags) =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("secret", "x") with { Flags = flags }), "\"secret\" is encrypted");

    [Fact]
    public async Task A_method_that_is_not_read_is_refused() =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("odd", "x") with { Method = 12 }), "\"odd\" is packed by method 12");

    [Fact]
    public async Task Two_entries_that_share_bytes_are_refused() =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("same", "hello"), RawEntry.Text("same", "hello") with { Offset = 0 }), "not overlap");

    [Fact]
    public async Task An_entry_with_two_names_is_refused() =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("seen", "x") with { LocalName = Encoding.UTF8.GetBytes("done") }), "\"seen\" does not say the same");

    [Fact]
    public async Task A_name_that_is_not_UTF8_is_refused() =>
        await IsRefused(() => RawZip.Of(RawEntry.Text("x", "x") with { RawName = [0xC3, 0x28] }), "not UTF-8");

    [Fact]
    public async Task Bytes_before_the_first_entry_are_refused()
    {
        var zip = RawZip.Of(RawEntry.Text("a", "x")).ToArray();

        await IsRefused(() => new MemoryStream([.. "#!/bin/sh\n"u8, .. zip]), "not where it should be");
    }

    [Fact]
    public async Task A_zip_cut_off_anywhere_is_refused()
    {
        var zip = RawZip.Of(RawEntry.Text("a/file", "hello"), RawEntry.Link("link", "a/file"), RawEntry.Text("b", "more")).ToArray();

        for (var length = 0; length < zip.Length; length++)
        {
            await IsRefused(() => new MemoryStream(zip[..length]), "the archive is");
        }
    }

    [Fact]
    public async Task What_is_not_a_zip_is_refused() =>
        await IsRefused(() => new MemoryStream(Encoding.UTF8.GetBytes(new string('x', 100_000))), "the archive is not a zip");

    [Fact]
    public async Task A_zip_without_entries_is_refused() =>
        await IsRefused(() => RawZip.Of(), "the archive is empty");

    [Fact]
    public async Task All_bad_names_are_told_at_once()
    {
        var message = await IsRefused(() => RawZip.Of(RawEntry.Text("/one", "x"), RawEntry.Text("../two", "x"), RawEntry.Link("three", "/x")), "\"/one\" has an absolute path");

        Assert.Contains("\"../two\" has a part \"..\"", message, StringComparison.Ordinal);
        Assert.Contains("\"three\" is a symbolic link with an absolute target", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Procfile_that_is_a_book_is_refused_when_it_is_inspected()
    {
        var noise = Convert.ToHexString(Enumerable.Range(0, 40_000).Select(each => (byte)(each * each >> 3)).ToArray());
        using var zip = RawZip.Of(RawEntry.Text("Procfile", noise));

        var refused = await Assert.ThrowsAsync<ArchiveRefusedException>(() => An.Unpacker().Inspect(zip, CancellationToken.None));

        Assert.Contains("\"Procfile\" has more than 65536 bytes", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private async Task<string> IsRefused(Func<Stream> zip, string rule, string? entry = null, ZipUnpacker? unpacker = null)
    {
        unpacker ??= An.Unpacker();

        await using var first = zip();
        var unpack = await Assert.ThrowsAsync<ArchiveRefusedException>(() => unpacker.Unpack(first, folder.Droplet, CancellationToken.None));
        await using var second = zip();
        var inspect = await Assert.ThrowsAsync<ArchiveRefusedException>(() => unpacker.Inspect(second, CancellationToken.None));

        Assert.Contains(rule, unpack.Message, StringComparison.Ordinal);
        Assert.Contains(entry ?? "", unpack.Message, StringComparison.Ordinal);
        Assert.Equal(unpack.Message, inspect.Message);
        Assert.Empty(folder.Strangers);
        Assert.False(Directory.Exists(folder.Droplet), "a refused archive must leave nothing behind");
        return unpack.Message;
    }
}
