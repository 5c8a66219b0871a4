using System.Security.Cryptography;
using Granary.Silo.Storage.Blobs;
using Granary.Testing;

namespace Granary.Storage.Tests;

public sealed class DirectoryBlobStoreTests : IAsyncLifetime
{
    private static readonly byte[] Bytes = RandomNumberGenerator.GetBytes(300_000);
    private static readonly string Digest = Convert.ToHexStringLower(SHA256.HashData(Bytes));
    private readonly Guid upload = Guid.NewGuid();
    private string root = "";
    private DirectoryBlobStore store = null!;

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
    public async Task Bits_sent_in_pieces_are_read_under_their_digest()
    {
        Assert.True(await store.Append(upload, 0, Bytes.AsMemory(0, 100_000), CancellationToken.None));
        Assert.True(await store.Append(upload, 100_000, Bytes.AsMemory(100_000), CancellationToken.None));

        var blob = await store.Complete(upload, CancellationToken.None);

        Assert.Equal((Digest, Bytes.Length), (blob.Digest, (int)blob.SizeBytes));
        Assert.Equal(Bytes, await Read(Digest));
        Assert.True(File.Exists(Path.Combine(root, "sha256", Digest[..2], Digest)));
    }

    [Fact]
    public async Task A_gap_is_refused_and_a_repetition_is_harmless()
    {
        Assert.False(await store.Append(upload, 1, Bytes, CancellationToken.None));
        Assert.True(await store.Append(upload, 0, Bytes.AsMemory(0, 100_000), CancellationToken.None));
        Assert.True(await store.Append(upload, 0, Bytes.AsMemory(0, 100_000), CancellationToken.None));
        Assert.False(await store.Append(upload, 100_001, Bytes.AsMemory(100_001), CancellationToken.None));

        // A call that broke off in the middle left a part of its bytes.
        Assert.True(await store.Append(upload, 100_000, Bytes.AsMemory(100_000, 7), CancellationToken.None));
        Assert.True(await store.Append(upload, 100_000, Bytes.AsMemory(100_000), CancellationToken.None));

        Assert.Equal(Digest, (await store.Complete(upload, CancellationToken.None)).Digest);
    }

    [Fact]
    public async Task Ending_twice_gives_the_same_answer_and_late_pieces_change_nothing()
    {
        await store.Append(upload, 0, Bytes, CancellationToken.None);
        var first = await store.Complete(upload, CancellationToken.None);

        Assert.True(await store.Append(upload, 0, Bytes, CancellationToken.None));
        Assert.False(await store.Append(upload, Bytes.Length, Bytes, CancellationToken.None));

        Assert.Equal(first, await store.Complete(upload, CancellationToken.None));
        Assert.Equal(first, await new DirectoryBlobStore(root).Complete(upload, CancellationToken.None));
        Assert.Equal(Bytes, await Read(Digest));
    }

    [Fact]
    public async Task The_same_bits_sent_twice_are_kept_once()
    {
        foreach (var one in new[] { upload, Guid.NewGuid() })
        {
            await store.Append(one, 0, Bytes, CancellationToken.None);
            await store.Complete(one, CancellationToken.None);
        }

        Assert.Single(Directory.GetFiles(Path.Combine(root, "sha256"), "*", SearchOption.AllDirectories));
        Assert.Equal(Bytes, await Read(Digest));
    }

    [Fact]
    public async Task An_abandoned_upload_leaves_nothing()
    {
        await store.Append(upload, 0, Bytes, CancellationToken.None);

        await store.Abandon(upload, CancellationToken.None);
        await store.Abandon(upload, CancellationToken.None);

        Assert.Empty(Directory.GetFiles(root, "*", SearchOption.AllDirectories));
        await Assert.ThrowsAsync<FileNotFoundException>(() => store.Complete(upload, CancellationToken.None));
    }

    [Fact]
    public async Task An_upload_that_broke_off_is_begun_anew()
    {
        Assert.True(await store.Append(upload, 0, new byte[100_000], CancellationToken.None));
        Assert.True(await store.Append(upload, 100_000, new byte[100_000], CancellationToken.None));

        Assert.True(await store.Append(upload, 0, Bytes.AsMemory(0, 50_000), CancellationToken.None));
        Assert.False(await store.Append(upload, 100_000, Bytes.AsMemory(100_000), CancellationToken.None));
        Assert.True(await store.Append(upload, 50_000, Bytes.AsMemory(50_000), CancellationToken.None));

        Assert.Equal(Digest, (await store.Complete(upload, CancellationToken.None)).Digest);
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
            Assert.Equal(2, store.Sweep(now.AddDays(-1)));
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

    private string InUploads(string name) => Path.Combine(root, "uploads", name);

    private async Task<byte[]> Read(string digest)
    {
        await using var stream = await store.Open(digest, CancellationToken.None);
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory);
        return memory.ToArray();
    }
}
