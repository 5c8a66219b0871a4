using System.Data.Common;
using System.Diagnostics;
using Dapper;

namespace Granary.Silo.Storage.Migrations;

/// <summary>
/// Brings a database to the schema of this version: one transaction for each script, under a lock, so that any number of processes may
/// start at once. A script that was applied never changes again; what has to change comes as a new script, and in two versions (first
/// add, later remove), so that the version before can still work meanwhile.
/// </summary>
internal sealed class Migrator(Database database, IReadOnlyList<Migration> migrations, TimeProvider clock)
{
    private const string History = "granary_schema_history";

    private const string CreateHistory = """
        CREATE TABLE granary_schema_history
        (
            id INTEGER NOT NULL PRIMARY KEY,
            name VARCHAR(200) NOT NULL,
            checksum VARCHAR(64) NOT NULL,
            applied_at BIGINT NOT NULL,
            duration_ms BIGINT NOT NULL,
            app_version VARCHAR(64) NOT NULL
        )
        """;

    private const string ReadHistory = "SELECT id, name, checksum FROM granary_schema_history ORDER BY id";

    private const string AddToHistory =
        "INSERT INTO granary_schema_history (id, name, checksum, applied_at, duration_ms, app_version) VALUES (@Id, @Name, @Checksum, @At, @Duration, @Version)";

    /// <summary>Applies what is missing; returns how many scripts this call applied. Throws <see cref="SchemaMismatchException"/> when this version must not touch the database.</summary>
    public async Task<int> Run(CancellationToken cancellation)
    {
        var applied = 0;
        while (await database.Write((connection, transaction) => ApplyNext(connection, transaction, cancellation), cancellation))
        {
            applied++;
        }

        return applied;
    }

    private async Task<bool> ApplyNext(DbConnection connection, DbTransaction transaction, CancellationToken cancellation)
    {
        await database.LockSchema(connection, transaction, cancellation);
        // Looked for first: a role that may not make tables may not even ask for one that is there already.
        if (await connection.ExecuteScalarAsync<long>(new CommandDefinition(database.Dialect.CountTables(History), null, transaction, cancellationToken: cancellation)) == 0)
        {
            await connection.ExecuteAsync(new CommandDefinition(CreateHistory, null, transaction, cancellationToken: cancellation));
        }

        var history = (await connection.QueryAsync<(long Id, string Name, string Checksum)>(new CommandDefinition(ReadHistory, null, transaction, cancellationToken: cancellation))).AsList();
        Compare(history);
        if (history.Count == migrations.Count)
        {
            return false;
        }

        var next = migrations[history.Count];
        var started = Stopwatch.GetTimestamp();
        await connection.ExecuteAsync(new CommandDefinition(next.Script, null, transaction, cancellationToken: cancellation));
        var row = new
        {
            next.Id,
            next.Name,
            next.Checksum,
            At = clock.GetUtcNow().ToUnixTimeMilliseconds() * 1000,
            Duration = (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds,
            Version = typeof(Migrator).Assembly.GetName().Version?.ToString(3) ?? "",
        };
        await connection.ExecuteAsync(new CommandDefinition(AddToHistory, row, transaction, cancellationToken: cancellation));
        return true;
    }

    private void Compare(List<(long Id, string Name, string Checksum)> history)
    {
        for (var index = 0; index < history.Count; index++)
        {
            var (id, name, checksum) = history[index];
            if (index >= migrations.Count)
            {
                throw new SchemaMismatchException($"{database.Place} was made by a newer version of Granary (it has schema {id}, {name}; this version knows {migrations.Count}). Start the newer version, or restore the backup that was made before the upgrade.");
            }

            var known = migrations[index];
            if (known.Id != id || known.Checksum != checksum)
            {
                throw new SchemaMismatchException($"{database.Place} has schema {id}, {name}, in another form than this version of Granary has it ({known.Id}, {known.Name}). A script must never change after it was applied: start the version that made this database, or use another database.");
            }
        }
    }
}
