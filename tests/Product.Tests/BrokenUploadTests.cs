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
        await BreakOff(path, Silo.Kill);

        await Silo.Start();

        Assert.NotEmpty(Silo.Blobs());
        await IsTaken(path);
    }

    [Fact]
    public async Task What_nobody_goes_on_with_is_swept()
    {
        var path = await Silo.NewPackage();
        await BreakOff(path, Silo.Kill);
        File.SetLastWriteTimeUtc(Assert.Single(Silo.Blobs()), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));

        await Silo.Start();

        await Until(() => Silo.Blobs() is [], "the remains are gone");
        await IsTaken(path);
    }

    [Fact]
    public async Task A_client_that_goes_away_half_way_may_come_again()
    {
        var path = await Silo.NewPackage();
        await BreakOff(path, () => Task.CompletedTask);

        await IsTaken(path);
        Assert.Empty(Silo.Faults);
    }

    /// <summary>Begins an upload, does this when half of it is stored, and goes away.</summary>
    private async Task BreakOff(string path, Func<Task> then)
    {
        using var leaves = new CancellationTokenSource();
        var upload = Http.Upload(path, new Stalled(4 * Megabyte), cancellation: leaves.Token);
        await Until(() => Silo.Blobs() is [var part] && new FileInfo(part).Length >= 2 * Megabyte, "half of the upload is stored");
        await then();
        await leaves.CancelAsync();
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => upload);
        Assert.True(fault is HttpRequestException or OperationCanceledException, fault.ToString());
    }

    private async Task IsTaken(string path)
    {
        using var answer = await Http.Upload(path, new ByteArrayContent(await Zip()));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("READY", (await Http.State(path)).State);
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

    private static async Task<byte[]> Zip() => (await Zips.Of(Repository.PathOf("samples/training-app"))).ToArray();

    /// <summary>Sends a good half of what it promised, and no more.</summary>
    private sealed class Stalled(long length) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            // Above the half, since the silo stores whole pieces and buffers before them.
            await stream.WriteAsync(new byte[length / 2 + Megabyte], cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}
