using System.Data.Common;
using System.Security.Cryptography;
using Granary.Silo.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Granary.Bench.DurableLives;

/// <summary>The floor: single-row commits by the bare driver, with the durability and the connections that Granary has.</summary>
internal abstract class BareCommits : IAsyncDisposable
{
    /// <summary>About what the state of a finished task takes in its row.</summary>
    public const int PayloadBytes = 2048;

    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(PayloadBytes);

    public async Task Prepare() => await Commit("CREATE TABLE life (id TEXT PRIMARY KEY, payload " + PayloadType + " NOT NULL)", null);

    /// <summary>The commits of one life: a row is made and changed.</summary>
    public async Task Life()
    {
        var id = Guid.NewGuid().ToString("D");
        await Commit("INSERT INTO life (id, payload) VALUES (@id, @payload)", id);
        for (var commit = 1; commit < DurableLivesMeasure.CommitsPerLife; commit++)
        {
            await Commit("UPDATE life SET payload = @payload WHERE id = @id", id);
        }
    }

    public abstract ValueTask DisposeAsync();

    protected abstract string PayloadType { get; }

    protected abstract Task Commit(string sql, string? id);

    protected static async Task Execute(DbCommand command, string? id)
    {
        if (id is not null)
        {
            foreach (var (name, value) in new[] { ("id", (object)id), ("payload", Payload) })
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                command.Parameters.Add(parameter);
            }
        }

        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>One connection, which the writers take in turn: SQLite has one writer, and more connections would only poll for its lock.</summary>
internal sealed class BareSqlite(string path) : BareCommits
{
    private readonly SqliteConnection connection = Open(path);
    private readonly SemaphoreSlim turn = new(1);

    protected override string PayloadType => "BLOB";

    public override async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        turn.Dispose();
    }

    protected override async Task Commit(string sql, string? id)
    {
        await turn.WaitAsync();
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await Execute(command, id);
        }
        finally
        {
            turn.Release();
        }
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        using var settings = connection.CreateCommand();
        settings.CommandText = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;";
        settings.ExecuteNonQuery();
        return connection;
    }
}

/// <summary>As many connections as a silo has by default, with prepared statements.</summary>
internal sealed class BarePostgres(string database) : BareCommits
{
    private readonly NpgsqlDataSource source = Open(new StorageOptions { Database = database });

    protected override string PayloadType => "BYTEA";

    public override ValueTask DisposeAsync() => source.DisposeAsync();

    protected override async Task Commit(string sql, string? id)
    {
        await using var command = source.CreateCommand(sql);
        await Execute(command, id);
    }

    private static NpgsqlDataSource Open(StorageOptions options) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(options.Database) { MaxPoolSize = options.PoolSize, MaxAutoPrepare = options.PreparedStatements });
}
