using Granary.Grains.Ports;
using Granary.Silo.Storage.Blobs;
using Granary.Testing;

namespace Granary.Storage.Tests;

public sealed class DirectoryBlobStoreTests : BlobStoreTests, IAsyncLifetime
{
    private readonly Guid upload = Guid.NewGuid();
    private string root = "";
    private DirectoryBlobStore store = null!;

    protected override IBlobStore Store => store;

    public async Task InitializeAsync()
    {
        root = await TestState.FolderFor($"blobs-{Guid.NewGuid():N}");
        store = new DirectoryBlobStore(root);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(root, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Old_remains_of_uploads_are_swept_and_bits_stay()
    {
        var now = DateTimeOffset.UtcNow;
        var done = Guid.NewGuid();
        await store.Append(done, 0, Bytes, CancellationToken.None);
        await store.Complete(done, CancellationToken.None);
        await store.Append(upload, 0, Bytes, CancellationToken.None);
        var fresh = Guid.NewGuid();
        await store.Append(fresh, 0, Bytes, CancellationToken.None);
        var held = Guid.NewGuid();
        await store.Append(held, 0, Bytes, CancellationToken.None);
        string[] old = [$"{done}.done", $"{upload}.part", $"{held}.part"];
        Array.ForEach(old, each => File.SetLastWriteTimeUtc(InUploads(each), now.AddDays(-2).UtcDateTime));

        await using (File.Open(InUploads($"{held}.part"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal(2, await Sweep(now.AddDays(-1), Digest));
        }

        Assert.Equal([.. new[] { $"{fresh}.part", $"{held}.part" }.Order()], Directory.GetFiles(InUploads("")).Select(Path.GetFileName).Order());
        Assert.Equal(Bytes, await Read(Digest));
    }

    [Fact]
    public async Task Damaged_bits_are_not_handed_out()
    {
        await store.Append(upload, 0, Bytes, CancellationToken.None);
        await store.Complete(upload, CancellationToken.None);
        await using (var file = File.OpenWrite(Path.Combine(root, "sha256", Digest[..2], Digest)))
        {
            file.Position = 1000;
            file.WriteByte((byte)~Bytes[1000]);
        }

        await Assert.ThrowsAsync<InvalidDataException>(() => store.Open(Digest, CancellationToken.None));
    }

    [Fact]
    public async Task Unknown_bits_are_not_found_and_a_path_is_no_digest()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => store.Open(new string('0', 64), CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Open("../../etc/passwd", CancellationToken.None));
    }

    [Fact]
    public async Task Bits_that_somebody_reads_are_swept_when_he_is_done()
    {
        await store.Append(upload, 0, Bytes, CancellationToken.None);
        await store.Complete(upload, CancellationToken.None);
        await using (await store.Open(Digest, CancellationToken.None))
        {
            Assert.Equal(0, await Sweep(Future));
            Assert.Equal(1, await Copies());
        }

        Assert.Equal(1, await Sweep(Future));
        Assert.Equal(0, await Copies());
    }

    protected override Task Age(Guid ended)
    {
        File.SetLastWriteTimeUtc(InUploads($"{ended}.done"), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
        return Task.CompletedTask;
    }

    protected override IBlobStore Another() => new DirectoryBlobStore(root);

    protected override Task<int> Copies() =>
        Task.FromResult(Directory.GetFiles(root, "*", SearchOption.AllDirectories).Count(each => !each.EndsWith(".done", StringComparison.Ordinal)));

    private string InUploads(string name) => Path.Combine(root, "uploads", name);
}
