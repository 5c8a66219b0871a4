using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Granary.Silo.Storage;

/// <summary>A database in one file, for one silo. Writers go through <see cref="WriterGate"/>; readers never wait.</summary>
internal sealed class SqliteDatabase : Database
{
    private readonly SqliteDataSource dataSource;
    private readonly string path;

    /// <param name="schema">Which scripts make its tables: "sqlite" for the database of a silo, "journal" for the journal of a cell.</param>
    public SqliteDatabase(string path, TimeSpan busyTimeout, TimeSpan commandTimeout, string schema = "sqlite")
    {
        this.path = path;
        Suffix = schema;
        dataSource = new SqliteDataSource(path, busyTimeout, commandTimeout);
    }

    // The name is that of another driver; Orleans loads Microsoft.Data.Sqlite under it.
    public override string Invariant => "System.Data.SQLite";

    public override DbDataSource DataSource => dataSource;

    public override string Suffix { get; }

    public override string Place => $"SQLite file {path}";

    public override SqlDialect Dialect => SqlDialect.Sqlite;

    // BEGIN IMMEDIATE, with which every write transaction starts, is the lock.
    public override Task LockSchema(DbConnection connection, DbTransaction transaction, CancellationToken cancellation) => Task.CompletedTask;

    public override ValueTask DisposeAsync() => dataSource.DisposeAsync();

    protected override async ValueTask<DbConnection> OpenWriter(CancellationToken cancellation)
    {
        var connection = dataSource.CreateGated();
        try
        {
            await connection.EnterGate(cancellation);
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

/// <summary>Opens connections to one SQLite file with the settings that cannot stand in a connection string.</summary>
internal sealed class SqliteDataSource : DbDataSource
{
    private readonly WriterGate gate = new();
    private readonly string settings;

    public SqliteDataSource(string path, TimeSpan busyTimeout, TimeSpan commandTimeout)
    {
        ConnectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            DefaultTimeout = (int)Math.Ceiling(commandTimeout.TotalSeconds),
        }.ConnectionString;

        // FULL: a committed state survives a power failure. The busy timeout comes first, because switching to WAL may meet another process.
        settings = string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout={(long)busyTimeout.TotalMilliseconds};PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;");
    }

    public override string ConnectionString { get; }

    public GatedSqliteConnection CreateGated() => new(ConnectionString, settings, gate);

    protected override DbConnection CreateDbConnection() => CreateGated();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CloseIdle();
        }

        base.Dispose(disposing);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        CloseIdle();
        await base.DisposeAsyncCore();
    }

    // The driver keeps files open behind its pool.
    private void CloseIdle()
    {
        using var connection = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(connection);
    }
}
