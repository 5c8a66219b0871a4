using Dapper;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Microsoft.Data.Sqlite;

namespace Granary.Storage.Tests;

public sealed class DatabaseTests(SqliteDatabases databases) : IClassFixture<SqliteDatabases>
{
    [Theory]
    [InlineData("")]
    [InlineData("sqlite:")]
    [InlineData("sqlite::memory:")]
    [InlineData("/var/lib/granary.db")]
    [InlineData("postgres://")]
    [InlineData("postgres://host/")]
    [InlineData("postgres://host/granary?Nonsense=1")]
    [InlineData("Database=granary")]
    [InlineData("Host=db;Nonsense=1")]
    public void A_setting_that_names_no_database_is_refused_with_the_forms_that_do(string setting)
    {
        var refusal = Assert.Throws<ArgumentException>(() => DatabaseAddress.Parse(setting));

        Assert.Contains("sqlite:PATH", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_told_all_at_once()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Database.Open(new StorageOptions { Database = "sqlite:/tmp/x.db", PoolSize = 0, TotalAge = TimeSpan.Zero }));

        Assert.Contains("PoolSize", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("TotalAge", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_PostgreSQL_becomes_a_connection_string()
    {
        var address = DatabaseAddress.Parse("postgres://gran%40ary:p%3Ass@db:5433/store?sslmode=Require");

        Assert.Equal("Host=db;Port=5433;Database=store;Username=gran@ary;Password=p:ss;SSL Mode=Require", Assert.IsType<DatabaseAddress.Postgres>(address).ConnectionString);
    }

    [Theory]
    [InlineData("sqlite:/nowhere/at/all/granary.db")]
    [InlineData("Host=127.0.0.1;Port=1;Database=granary;Username=granary;Timeout=5")]
    public async Task A_database_that_cannot_be_opened_says_so(string setting)
    {
        await using var database = Database.Open(new StorageOptions { Database = setting });

        var reading = await Assert.ThrowsAsync<DatabaseUnavailableException>(() => database.Read(connection => connection.ExecuteScalarAsync<int>("SELECT 1"), CancellationToken.None));
        var writing = await Assert.ThrowsAsync<DatabaseUnavailableException>(() => database.Write((connection, transaction) => connection.ExecuteAsync("SELECT 1", null, transaction), CancellationToken.None));

        Assert.Contains(database.Place, reading.Message, StringComparison.Ordinal);
        Assert.Contains(database.Place, writing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sqlite_connections_are_durable_and_do_not_block_readers()
    {
        await using var database = Database.Open(new StorageOptions { Database = await databases.Create(), BusyTimeout = TimeSpan.FromSeconds(3) });

        Assert.Equal("wal", await database.Read(connection => connection.ExecuteScalarAsync<string>("PRAGMA journal_mode"), CancellationToken.None));
        Assert.Equal(2, await database.Read(connection => connection.ExecuteScalarAsync<long>("PRAGMA synchronous"), CancellationToken.None));
        Assert.Equal(1, await database.Read(connection => connection.ExecuteScalarAsync<long>("PRAGMA foreign_keys"), CancellationToken.None));
        Assert.Equal(3000, await database.Read(connection => connection.ExecuteScalarAsync<long>("PRAGMA busy_timeout"), CancellationToken.None));
    }

    [Fact]
    public async Task Readers_go_on_while_a_writer_holds_the_gate_and_writers_wait_in_order()
    {
        await using var database = Database.Open(new StorageOptions { Database = await databases.Create() });
        await database.Write((connection, transaction) => connection.ExecuteAsync("CREATE TABLE line (place INTEGER)", null, transaction), CancellationToken.None);
        var inside = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        var first = Write(0, async () =>
        {
            inside.SetResult();
            await finish.Task;
        });
        await inside.Task;

        var others = Enumerable.Range(1, 20).Select(place => Write(place, () => Task.CompletedTask)).ToArray();
        var seen = await database.Read(connection => connection.ExecuteScalarAsync<long>("SELECT count(*) FROM line"), CancellationToken.None);
        finish.SetResult();
        await Task.WhenAll([first, .. others]);

        Assert.Equal(0, seen);
        Assert.Equal(Enumerable.Range(0, 21), await database.Read(async connection => (await connection.QueryAsync<int>("SELECT place FROM line ORDER BY rowid")).AsList(), CancellationToken.None));

        Task<int> Write(int place, Func<Task> before) => database.Write(
            async (connection, transaction) =>
            {
                await before();
                return await connection.ExecuteAsync("INSERT INTO line VALUES (@place)", new { place }, transaction);
            },
            CancellationToken.None);
    }

    [Fact]
    public async Task A_writer_that_gives_up_does_not_keep_the_gate()
    {
        var gate = new WriterGate();
        await gate.Enter(CancellationToken.None);
        using var impatience = new CancellationTokenSource();
        var impatient = gate.Enter(impatience.Token);
        var patient = gate.Enter(CancellationToken.None);

        await impatience.CancelAsync();
        gate.Leave();
        await patient;
        gate.Leave();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.True(gate.Enter(CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_transaction_that_throws_leaves_nothing_and_frees_the_gate()
    {
        await using var database = Database.Open(new StorageOptions { Database = await databases.Create() });

        await Assert.ThrowsAsync<SqliteException>(() => database.Write(
            async (connection, transaction) =>
            {
                await connection.ExecuteAsync("CREATE TABLE line (place INTEGER)", null, transaction);
                return await connection.ExecuteAsync("INSERT INTO nowhere VALUES (1)", null, transaction);
            },
            CancellationToken.None));

        Assert.Equal(0, await database.Write((connection, transaction) => connection.ExecuteAsync("CREATE TABLE line (place INTEGER)", null, transaction), CancellationToken.None));
    }
}
