using System.Data.Common;
using Dapper;
using Npgsql;

namespace Granary.Silo.Storage;

/// <summary>The database of a cluster. One data source, because pools belong to data sources.</summary>
internal sealed class PostgresDatabase : Database
{
    /// <summary>"granary" in ASCII: the advisory lock under which schemas are changed.</summary>
    private const long SchemaLock = 0x6772_616e_6172_79;

    private readonly NpgsqlDataSource dataSource;
    private readonly SpareThreads spare;

    public PostgresDatabase(string connectionString, StorageOptions options)
    {
        spare = new SpareThreads(options.PoolSize);
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = options.PoolSize,
            MaxAutoPrepare = options.PreparedStatements,
            CommandTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds),
            ApplicationName = "granary",
        };
        Place = PlaceOf(settings);
        dataSource = NpgsqlDataSource.Create(settings);
    }

    public static string PlaceOf(NpgsqlConnectionStringBuilder settings) => $"PostgreSQL database {settings.Database} at {settings.Host}:{settings.Port}";

    public override string Invariant => "Npgsql";

    public override DbDataSource DataSource => dataSource;

    public override string Suffix => "pg";

    public override string Place { get; }

    public override SqlDialect Dialect => SqlDialect.Postgres;

    public override Task LockSchema(DbConnection connection, DbTransaction transaction, CancellationToken cancellation) =>
        connection.ExecuteAsync(new CommandDefinition("SELECT pg_advisory_xact_lock(@SchemaLock)", new { SchemaLock }, transaction, cancellationToken: cancellation));

    public override async ValueTask DisposeAsync()
    {
        await dataSource.DisposeAsync();
        spare.Dispose();
    }

    protected override ValueTask<DbConnection> OpenWriter(CancellationToken cancellation) => DataSource.OpenConnectionAsync(cancellation);
}
