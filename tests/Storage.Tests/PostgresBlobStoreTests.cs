using Dapper;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Blobs;

namespace Granary.Storage.Tests;

public sealed class PostgresBlobStoreTests(PostgresDatabases databases) : BlobStoreTests, IClassFixture<PostgresDatabases>, IAsyncLifetime
{
    private Database database = null!;
    private PostgresBlobStore store = null!;

    protected override IBlobStore Store => store;

    public async Task InitializeAsync()
    {
        database = await databases.CreateMigrated();
        store = new PostgresBlobStore(database, TimeProvider.System);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Old_remains_of_uploads_are_swept_and_bits_stay()
    {
        var (done, broken) = (Guid.NewGuid(), Guid.NewGuid());
        await store.Append(done, 0, Bytes, CancellationToken.None);
        await store.Complete(done, CancellationToken.None);
        await store.Append(broken, 0, Bytes.AsMemory(0, 1000), CancellationToken.None);

        Assert.Equal(0, await Sweep(Past, Digest));
        Assert.Equal(2, await Copies());
        Assert.Equal(2, await Sweep(Future, Digest));

        Assert.Equal(1, await Copies());
        Assert.Equal(Bytes, await Read(Digest));
        await Assert.ThrowsAsync<FileNotFoundException>(() => store.Complete(broken, CancellationToken.None));
        Assert.False(await store.Append(broken, 1000, Bytes.AsMemory(1000), CancellationToken.None));
    }

    [Fact]
    public async Task Damaged_bits_are_not_handed_out()
    {
        var upload = Guid.NewGuid();
        await store.Append(upload, 0, Bytes, CancellationToken.None);
        await store.Complete(upload, CancellationToken.None);

        await Execute("UPDATE granary_blob_piece SET bytes = set_byte(bytes, 1000, 255 - get_byte(bytes, 1000))");

        await Assert.ThrowsAsync<InvalidDataException>(() => store.Open(Digest, CancellationToken.None));
    }

    [Fact]
    public async Task Two_silos_that_append_the_same_piece_at_once_keep_it_once()
    {
        var upload = Guid.NewGuid();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(each => (each % 2 == 0 ? store : Another()).Append(upload, 0, Bytes, CancellationToken.None)));

        Assert.All(answers, Assert.True);
        Assert.Equal(Digest, (await store.Complete(upload, CancellationToken.None)).Digest);
    }

    protected override Task Age(Guid ended) => Execute($"UPDATE granary_blob_upload SET touched_at = touched_at - 172800000000 WHERE upload = '{ended}'");

    protected override IBlobStore Another() => new PostgresBlobStore(database, TimeProvider.System);

    protected override Task<int> Copies() =>
        database.Read(connection => connection.ExecuteScalarAsync<int>("SELECT count(DISTINCT content)::integer FROM granary_blob_piece"), CancellationToken.None);

    private Task Execute(string sql) => database.Write((connection, transaction) => connection.ExecuteAsync(sql, transaction: transaction), CancellationToken.None);
}
