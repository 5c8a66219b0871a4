using System.Data.Common;

namespace Granary.Silo.Storage;

/// <summary>One of the two databases: how connections are opened, how a transaction is run, and the few words in which the SQL differs.</summary>
internal abstract class Database : IAsyncDisposable
{
    /// <summary>The name under which Orleans knows the driver.</summary>
    public abstract string Invariant { get; }

    /// <summary>What Orleans opens its connections from.</summary>
    public abstract DbDataSource DataSource { get; }

    /// <summary>The suffix of this database's migration scripts.</summary>
    public abstract string Suffix { get; }

    /// <summary>Without secrets, for messages.</summary>
    public abstract string Place { get; }

    public abstract SqlDialect Dialect { get; }

    public static Database Open(StorageOptions options)
    {
        options.Validate();
        return DatabaseAddress.Parse(options.Database) switch
        {
            DatabaseAddress.Sqlite sqlite => new SqliteDatabase(sqlite.Path, options.BusyTimeout, options.CommandTimeout),
            DatabaseAddress.Postgres postgres => new PostgresDatabase(postgres.ConnectionString, options),
            var address => throw new System.Diagnostics.UnreachableException($"No database for {address}."),
        };
    }

    /// <summary>Runs reading statements.</summary>
    public async Task<T> Read<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await DataSource.OpenConnectionAsync(cancellation);
            return await read(connection);
        }
        catch (Exception fault) when (StorageFaults.Translate(fault, Place) is { } clear)
        {
            throw clear;
        }
    }

    /// <summary>Runs statements in one transaction, which is rolled back when <paramref name="write"/> throws.</summary>
    public async Task<T> Write<T>(Func<DbConnection, DbTransaction, Task<T>> write, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await OpenWriter(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            var result = await write(connection, transaction);
            await transaction.CommitAsync(cancellation);
            return result;
        }
        catch (Exception fault) when (StorageFaults.Translate(fault, Place) is { } clear)
        {
            throw clear;
        }
    }

    /// <summary>Inside a transaction: waits until no other process migrates this database.</summary>
    public abstract Task LockSchema(DbConnection connection, DbTransaction transaction, CancellationToken cancellation);

    public abstract ValueTask DisposeAsync();

    protected abstract ValueTask<DbConnection> OpenWriter(CancellationToken cancellation);
}
