using System.Security.Cryptography;
using Granary.Grains.Ports;
using Granary.Silo.Storage.Blobs;

namespace Granary.Storage.Tests;

/// <summary>What every blob store promises.</summary>
public abstract class BlobStoreTests
{
    protected static readonly byte[] Bytes = RandomNumberGenerator.GetBytes(300_000);
    protected static readonly string Digest = Convert.ToHexStringLower(SHA256.HashData(Bytes));
    private readonly Guid upload = Guid.NewGuid();

    /// <summary>A fresh and empty one.</summary>
    protected abstract IBlobStore Store { get; }

    /// <summary>The same bits as another process has them.</summary>
    protected abstract IBlobStore Another();

    /// <summary>How many times bits are kept, complete or on their way.</summary>
    protected abstract Task<int> Copies();

    [Fact]
    public async Task Bits_sent_in_pieces_are_read_under_their_digest()
    {
        Assert.True(await Store.Append(upload, 0, Bytes.AsMemory(0, 100_000), CancellationToken.None));
        Assert.True(await Store.Append(upload, 100_000, Bytes.AsMemory(100_000), CancellationToken.None));

        var blob = await Store.Complete(upload, CancellationToken.None);

        Assert.Equal((Digest, Bytes.Length), (blob.Digest, (int)blob.SizeBytes));
        Assert.Equal(Bytes, await Read(Digest));
    }

    [Fact]
    public async Task A_gap_is_refused_and_a_repetition_is_harmless()
    {
        Assert.False(await Store.Append(upload, 1, Bytes, CancellationToken.None));
        Assert.True(await Store.Append(upload, 0, Bytes.AsMemory(0, 100_000), CancellationToken.None));
        Assert.True(await Store.Append(upload, 0, Bytes.AsMemory(0, 100_000), CancellationToken.None));
        Assert.False(await Store.Append(upload, 100_001, Bytes.AsMemory(100_001), CancellationToken.None));

        // A call that broke off in the middle left a part of its bytes.
        Assert.True(await Store.Append(upload, 100_000, Bytes.AsMemory(100_000, 7), CancellationToken.None));
        Assert.True(await Store.Append(upload, 100_000, Bytes.AsMemory(100_000), CancellationToken.None));

        Assert.Equal(Digest, (await Store.Complete(upload, CancellationToken.None)).Digest);
    }

    [Fact]
    public async Task Ending_twice_gives_the_same_answer_and_late_pieces_change_nothing()
    {
        await Store.Append(upload, 0, Bytes, CancellationToken.None);
        var first = await Store.Complete(upload, CancellationToken.None);

        Assert.True(await Store.Append(upload, 0, Bytes, CancellationToken.None));
        Assert.False(await Store.Append(upload, Bytes.Length, Bytes, CancellationToken.None));

        Assert.Equal(first, await Store.Complete(upload, CancellationToken.None));
        Assert.Equal(first, await Another().Complete(upload, CancellationToken.None));
        Assert.Equal(Bytes, await Read(Digest));
    }

    [Fact]
    public async Task The_same_bits_sent_twice_are_kept_once()
    {
        foreach (var one in new[] { upload, Guid.NewGuid() })
        {
            await Store.Append(one, 0, Bytes, CancellationToken.None);
            await Store.Complete(one, CancellationToken.None);
        }

        Assert.Equal(1, await Copies());
        Assert.Equal(Bytes, await Read(Digest));
    }

    [Fact]
    public async Task An_abandoned_upload_leaves_nothing()
    {
        await Store.Append(upload, 0, Bytes, CancellationToken.None);

        await Store.Abandon(upload, CancellationToken.None);
        await Store.Abandon(upload, CancellationToken.None);

        Assert.Equal(0, await Copies());
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.Complete(upload, CancellationToken.None));
    }

    [Fact]
    public async Task A_repetition_that_comes_late_takes_nothing_away()
    {
        Assert.True(await Store.Append(upload, 0, Bytes.AsMemory(0, 100_000), CancellationToken.None));
        Assert.True(await Store.Append(upload, 100_000, Bytes.AsMemory(100_000, 100_000), CancellationToken.None));

        Assert.True(await Store.Append(upload, 0, Bytes.AsMemory(0, 100_000), CancellationToken.None));
        Assert.True(await Store.Append(upload, 200_000, Bytes.AsMemory(200_000), CancellationToken.None));

        Assert.Equal(Digest, (await Store.Complete(upload, CancellationToken.None)).Digest);
    }

    [Fact]
    public async Task Bits_that_were_sealed_and_never_referred_to_go_with_the_end_of_their_upload()
    {
        await Seal(upload);

        Assert.Equal(0, await Sweep(Past));
        Assert.Equal(1, await Copies());
        Assert.Equal(1, await Sweep(Future));

        Assert.Equal(0, await Copies());
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.Open(Digest, CancellationToken.None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.Complete(upload, CancellationToken.None));
        await Seal(Guid.NewGuid());
        Assert.Equal(Bytes, await Read(Digest));
    }

    [Fact]
    public async Task Bits_that_are_referred_to_outlive_the_end_of_their_upload()
    {
        await Seal(upload);

        Assert.Equal(1, await Sweep(Future, Digest));
        Assert.Equal(0, await Sweep(Future)); // Nothing is left that would ask for them.

        Assert.Equal(Bytes, await Read(Digest));
    }

    [Fact]
    public async Task Released_bits_go_once_nothing_refers_to_them()
    {
        await Seal(upload);
        await Sweep(Future, Digest);
        await Store.Release(Digest, CancellationToken.None);
        await Another().Release(Digest, CancellationToken.None);

        Assert.Equal(0, await Sweep(Past));
        Assert.Equal(1, await Sweep(Future, Digest)); // Another package has the same.
        Assert.Equal(Bytes, await Read(Digest));
        await Store.Release(Digest, CancellationToken.None);
        Assert.Equal(1, await Sweep(Future));

        Assert.Equal(0, await Copies());
    }

    [Fact]
    public async Task Released_bits_that_are_sent_again_stay()
    {
        await Seal(upload);
        await Sweep(Future, Digest);
        await Store.Release(Digest, CancellationToken.None);
        await Age(BlobRelease.UploadOf(Digest));
        await Seal(Guid.NewGuid());

        Assert.Equal(1, await Sweep(TimeProvider.System.GetUtcNow().AddHours(-1)));

        Assert.Equal(Bytes, await Read(Digest));
    }

    [Fact]
    public async Task Bits_that_a_younger_upload_has_sealed_too_outlive_the_end_of_the_older_one()
    {
        await Seal(upload);
        await Age(upload);
        await Seal(Guid.NewGuid());

        Assert.Equal(1, await Sweep(TimeProvider.System.GetUtcNow().AddHours(-1)));

        Assert.Equal(Bytes, await Read(Digest));
    }

    [Fact]
    public async Task What_is_sealed_while_the_same_bits_are_swept_stays()
    {
        for (var round = 0; round < 30; round++)
        {
            var (older, younger) = (Guid.NewGuid(), Guid.NewGuid());
            await Seal(older);
            await Age(older);
            await Store.Append(younger, 0, Bytes, CancellationToken.None);
            var since = TimeProvider.System.GetUtcNow().AddHours(-1);

            await Task.WhenAll(Task.Run(() => Another().Complete(younger, CancellationToken.None)), Task.Run(() => Sweep(since)), Task.Run(() => Sweep(since)));

            Assert.Equal(Bytes, await Read(Digest));
            Assert.True(await Sweep(Future) >= 1); // For the next round there are none.
            Assert.Equal(0, await Copies());
        }
    }

    [Fact]
    public async Task Pieces_of_another_size_take_the_place_of_those_before()
    {
        Assert.True(await Store.Append(upload, 0, Bytes.AsMemory(0, 100_000), CancellationToken.None));
        Assert.True(await Store.Append(upload, 70_000, Bytes.AsMemory(70_000, 50_000), CancellationToken.None));
        Assert.True(await Store.Append(upload, 120_000, Bytes.AsMemory(120_000), CancellationToken.None));

        Assert.Equal(Digest, (await Store.Complete(upload, CancellationToken.None)).Digest);
        Assert.Equal(Bytes, await Read(Digest));
    }

    [Fact]
    public async Task Deleted_bits_are_gone_and_who_reads_them_reads_on()
    {
        await Store.Append(upload, 0, Bytes, CancellationToken.None);
        await Store.Complete(upload, CancellationToken.None);
        await using var reading = await Store.Open(Digest, CancellationToken.None);

        await Store.Delete(Digest, CancellationToken.None);
        await Store.Delete(Digest, CancellationToken.None);

        using var memory = new MemoryStream();
        await reading.CopyToAsync(memory);
        Assert.Equal(Bytes, memory.ToArray());
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.Open(Digest, CancellationToken.None));
    }

    /// <summary>Makes the end of an upload two days old.</summary>
    protected abstract Task Age(Guid ended);

    protected static DateTimeOffset Past => TimeProvider.System.GetUtcNow().AddMinutes(-1);

    protected static DateTimeOffset Future => TimeProvider.System.GetUtcNow().AddMinutes(1);

    private protected Task<int> Sweep(DateTimeOffset since, params string[] referred) => ((IUploads)Store).Sweep(since, since, new Referred(referred), CancellationToken.None);

    private async Task Seal(Guid one)
    {
        Assert.True(await Store.Append(one, 0, Bytes, CancellationToken.None));
        await Store.Complete(one, CancellationToken.None);
    }

    protected async Task<byte[]> Read(string digest)
    {
        await using var stream = await Store.Open(digest, CancellationToken.None);
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory);
        return memory.ToArray();
    }

    private sealed class Referred(string[] all) : IBlobReferences
    {
        public Task<IReadOnlySet<string>> Among(IReadOnlyCollection<string> digests, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlySet<string>>(digests.Intersect(all).ToHashSet());
    }
}
