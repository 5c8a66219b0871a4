using System.IO.Compression;
using System.Net;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>An upload that does not come to its end leaves nothing for long, and can be begun anew.</summary>
public sealed class BrokenUploadTests : IAsyncLifetime
{
    private const int Megabyte = 1 << 20;

    private SiloProcess? silo;
    private HttpClient? http;

    private SiloProcess Silo => silo!;

    private HttpClient Http => http!;

    public async Task InitializeAsync()
    {
        var name = $"b{Guid.NewGuid():N}"[..8];
        var settings = await TestState.FolderFor($"{name}.json");
        await File.WriteAllTextAsync(settings, """{"Uploads": {"Every": "00:00:01"}, "Api": {"UploadBytesMax": 8388608}}""");
        silo = await SiloProcess.Up(name, "unix:///nonexistent/docker.sock", "--config", settings);
        http = new HttpClient { BaseAddress = silo.Api, Timeout = Scene.EndMax };
    }

    public async Task DisposeAsync()
    {
        http?.Dispose();
        await Silo.DisposeAsync();
    }

    [Fact]
    public async Task One_that_turns_out_too_large_is_forgotten_at_once()
    {
        var path = await Silo.NewPackage();

        using var answer = await Http.Upload(path, new Zeros(9 * Megabyte), chunked: true);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("AWAITING_UPLOAD", (await Http.State(path)).State);
        Assert.Empty(Silo.Blobs());
    }

    [Fact]
    public async Task A_silo_that_was_killed_in_the_midst_of_one_takes_it_anew()
    {
        var path = await Silo.NewPackage();
        using var stalled = new Stalled(4 * Megabyte);
        var broken = Http.Upload(path, stalled);
        await Until(() => Silo.Blobs() is [var part] && new FileInfo(part).Length >= 2 * Megabyte, "half of the upload is stored");
        await Silo.Kill();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => broken);

        await Silo.Start();
        using var answer = await Http.Upload(path, new ByteArrayContent(await Zip()));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("READY", (await Http.State(path)).State);
    }

    [Fact]
    public async Task What_nobody_goes_on_with_is_swept()
    {
        var path = await Silo.NewPackage();
        using var stalled = new Stalled(4 * Megabyte);
        var broken = Http.Upload(path, stalled);
        await Until(() => Silo.Blobs() is [var part] && new FileInfo(part).Length >= 2 * Megabyte, "half of the upload is stored");
        await Silo.Kill();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => broken);
        File.SetLastWriteTimeUtc(Assert.Single(Silo.Blobs()), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));

        await Silo.Start();

        await Until(() => Silo.Blobs() is [], "the remains are gone");
        Assert.Equal("AWAITING_UPLOAD", (await Http.State(path)).State);
    }

    [Fact]
    public async Task A_client_that_goes_away_half_way_may_come_again()
    {
        var path = await Silo.NewPackage();
        using var stalled = new Stalled(4 * Megabyte);
        using var leaves = new CancellationTokenSource();
        var broken = Http.Upload(path, stalled, cancellation: leaves.Token);
        await Until(() => Silo.Blobs() is [var part] && new FileInfo(part).Length >= 2 * Megabyte, "half of the upload is stored");
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => broken);

        using var answer = await Http.Upload(path, new ByteArrayContent(await Zip()));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("READY", (await Http.State(path)).State);
        Assert.DoesNotContain(Silo.Errors, each => each.StartsWith("fail:", StringComparison.Ordinal));
    }

    private async Task Until(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Scene.EndMax);
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited {Scene.EndMax} until {what}; there is {string.Join(", ", Silo.Blobs())}\n{Silo.Said}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private static async Task<byte[]> Zip()
    {
        using var bytes = new MemoryStream();
        await ZipFile.CreateFromDirectoryAsync(Repository.PathOf("samples/training-app"), bytes);
        return bytes.ToArray();
    }

    /// <summary>Sends half of what it promised, and no more until it is disposed.</summary>
    private sealed class Stalled(long length) : HttpContent
    {
        private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            // Above the half, since the silo stores whole pieces and buffers before them.
            await stream.WriteAsync(new byte[length / 2 + Megabyte]);
            await stream.FlushAsync();
            await released.Task;
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            released.TrySetException(new IOException("The test has ended it."));
            base.Dispose(disposing);
        }
    }
}
