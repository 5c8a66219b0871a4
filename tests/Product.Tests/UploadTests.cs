using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Granary.Product.Tests;

/// <summary>What is uploaded over HTTP is bounded, in the silo's memory and on its disk. No engine is needed.</summary>
public sealed class UploadTests : IAsyncLifetime
{
    private const long Gigabyte = 1L << 30;

    /// <summary>Kinds of file and their permissions, as Unix has them.</summary>
    private const int SymbolicLink = 0xA1FF;

    private const int BlockDevice = 0x61B6;

    /// <summary>Of the silo at its highest, in KB: it takes about 200 MB when it does nothing.</summary>
    private const long MemoryKbMax = 600 * 1024;

    private SiloProcess? silo;
    private HttpClient? http;

    private SiloProcess Silo => silo!;

    private HttpClient Http => http!;

    public async Task InitializeAsync()
    {
        silo = await SiloProcess.Up($"u{Guid.NewGuid():N}"[..8], "unix:///nonexistent/docker.sock");
        http = new HttpClient { BaseAddress = silo.Api, Timeout = Scene.EndMax };
    }

    public async Task DisposeAsync()
    {
        http?.Dispose();
        await Silo.DisposeAsync();
    }

    [Fact]
    public async Task More_than_a_gigabyte_is_refused_before_it_comes()
    {
        var path = await Silo.NewPackage();

        using var answer = await Http.Upload(path, new Zeros(Gigabyte + 1));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("AWAITING_UPLOAD", (await Http.State(path)).State);
        Assert.Empty(Silo.Blobs());
    }

    [Fact]
    public async Task Nearly_a_gigabyte_that_is_no_zip_is_refused_with_little_memory_and_leaves_nothing()
    {
        var path = await Silo.NewPackage();

        using var answer = await Http.Upload(path, new Zeros(Gigabyte - 4096));

        await IsRefused(answer, path, "archive");
        Assert.InRange(await HighestMemoryKb(), 1, MemoryKbMax);
    }

    [Theory]
    [InlineData("../escape", "x", 0, "entry \"../escape\"")]
    [InlineData("/etc/passwd", "x", 0, "entry \"/etc/passwd\"")]
    [InlineData("escape", "../../etc/passwd", SymbolicLink, "entry \"escape\" is a symbolic link that leads out of the archive")]
    [InlineData("disk", "", BlockDevice, "entry \"disk\" is neither a file, nor a folder, nor a symbolic link")]
    public async Task A_hostile_name_is_refused_with_the_reason_and_leaves_nothing(string name, string content, int mode, string reason)
    {
        var path = await Silo.NewPackage();

        using var answer = await Http.Upload(path, new ByteArrayContent(await Zip(name, Encoding.UTF8.GetBytes(content), mode)));

        await IsRefused(answer, path, reason);
    }

    [Fact]
    public async Task A_bomb_is_refused_with_the_reason_and_leaves_nothing()
    {
        var path = await Silo.NewPackage();

        using var answer = await Http.Upload(path, new ByteArrayContent(await Zip("bomb", new byte[64 * 1024 * 1024])));

        await IsRefused(answer, path, "entry \"bomb\" unpacks to more than 200 times its packed size");
    }

    /// <summary>The answer and the package say why, and no bits are kept.</summary>
    private async Task IsRefused(HttpResponseMessage answer, string path, string reason)
    {
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(reason, body.GetProperty("errors")[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        var (state, error) = await Http.State(path);
        Assert.Equal("FAILED", state);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Empty(Silo.Blobs());
    }

    private async Task<long> HighestMemoryKb()
    {
        var line = (await File.ReadAllLinesAsync($"/proc/{Silo.Pid}/status")).Single(each => each.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <param name="mode">The kind and the permissions of its one entry; 0 for those of a file.</param>
    private static async Task<byte[]> Zip(string name, byte[] content, int mode = 0)
    {
        using var bytes = new MemoryStream();
        await using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            var entry = zip.CreateEntry(name, CompressionLevel.SmallestSize);
            entry.ExternalAttributes = mode is 0 ? entry.ExternalAttributes : mode << 16;
            await using var stream = await entry.OpenAsync();
            await stream.WriteAsync(content);
        }

        return bytes.ToArray();
    }
}
