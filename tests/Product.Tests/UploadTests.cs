using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Granary.Core.Apps;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>What is uploaded over HTTP is bounded, in the silo's memory and on its disk. No engine is needed.</summary>
public sealed class UploadTests : IAsyncLifetime
{
    private const long Gigabyte = 1L << 30;

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
    public async Task A_gigabyte_and_more_is_refused_with_little_memory_and_leaves_nothing()
    {
        var path = await PackagePath();
        using var declared = await Upload(path, new Zeros(Gigabyte + 1, declares: true));
        using var chunked = await Upload(path, new Zeros(Gigabyte + 1, declares: false));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, declared.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, chunked.StatusCode);
        Assert.Equal("AWAITING_UPLOAD", (await State(path)).State);
        Assert.Empty(Files());
        Assert.InRange(await HighestMemoryKb(), 1, MemoryKbMax);
    }

    [Fact]
    public async Task Nearly_a_gigabyte_that_is_no_zip_fails_with_little_memory_and_leaves_nothing()
    {
        var path = await PackagePath();
        using var answer = await Upload(path, new Zeros(Gigabyte - 4096, declares: true));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var (state, error) = await State(path);
        Assert.Equal("FAILED", state);
        Assert.False(string.IsNullOrEmpty(error), "The package says why.");
        Assert.Empty(Files());
        Assert.InRange(await HighestMemoryKb(), 1, MemoryKbMax);
    }

    [Theory]
    [InlineData("../escape", 1, "../escape")]
    [InlineData("/etc/passwd", 1, "/etc/passwd")]
    [InlineData("bomb", 64 * 1024 * 1024, "bomb")]
    public async Task A_hostile_zip_fails_with_the_reason_and_leaves_nothing(string name, int size, string reason)
    {
        var path = await PackagePath();
        using var answer = await Upload(path, new ByteArrayContent(await Zip(name, size)));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var (state, error) = await State(path);
        Assert.Equal("FAILED", state);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Empty(Files());
    }

    private async Task<string> PackagePath()
    {
        var app = await Silo.Client.CreateApp("uploads");
        return $"/v3/packages/{(await Silo.Client.CreatePackage(app.Id, Lifecycle.Bits)).Id}";
    }

    private async Task<HttpResponseMessage> Upload(string path, HttpContent bits)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{path}/upload") { Content = new MultipartFormDataContent { { bits, "bits", "app.zip" } } };
        request.Headers.ExpectContinue = true; // The answer may come before the body, which is then not sent.
        return await Http.SendAsync(request);
    }

    private async Task<(string? State, string? Error)> State(string path)
    {
        using var package = JsonDocument.Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative)));
        return (package.RootElement.GetProperty("state").GetString(), package.RootElement.GetProperty("data").GetProperty("error").GetString());
    }

    private string[] Files() => Directory.GetFiles(Path.Combine(Silo.Folder, "blobs"), "*", SearchOption.AllDirectories);

    private async Task<long> HighestMemoryKb()
    {
        var line = (await File.ReadAllLinesAsync($"/proc/{Silo.Pid}/status")).Single(each => each.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static async Task<byte[]> Zip(string name, int size)
    {
        using var bytes = new MemoryStream();
        await using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            await using var entry = await zip.CreateEntry(name, CompressionLevel.SmallestSize).OpenAsync();
            await entry.WriteAsync(new byte[size]);
        }

        return bytes.ToArray();
    }

    private sealed class Zeros(long length, bool declares) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var block = new byte[1 << 20];
            for (var left = length; left > 0; left -= block.Length)
            {
                await stream.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)));
            }
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return declares;
        }
    }
}
