using System.Data.Common;
using Dapper;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Access;

/// <summary>The few ways in which the tables of access are asked.</summary>
internal static class Statements
{
    /// <summary>A guid as the columns of these tables hold it.</summary>
    public static string Key(Guid guid) => guid.ToString("D");

    public static Task<T?> One<T>(this Database database, string sql, object parameters, CancellationToken cancellation)
        where T : class =>
        database.Read(connection => connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellation)), cancellation);

    public static async Task<IReadOnlyList<T>> Many<T>(this Database database, string sql, object? parameters, CancellationToken cancellation) =>
        [.. await database.Read(connection => connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellation)), cancellation)];

    /// <summary>One statement; true when it changed a row.</summary>
    public static async Task<bool> Changes(this Database database, string sql, object parameters, CancellationToken cancellation) =>
        await database.Write((connection, transaction) => connection.Run(transaction, sql, parameters, cancellation), cancellation) > 0;

    /// <summary>A change of several rows that finds one of the things that it names missing, or that it would be too much, changes none.</summary>
    public static async Task<DirectoryOutcome> WriteWhole(this Database database, Func<DbConnection, DbTransaction, Task<DirectoryOutcome>> write, CancellationToken cancellation)
    {
        try
        {
            return await database.Write(
                async (connection, transaction) =>
                {
                    var outcome = await write(connection, transaction);
                    return outcome is DirectoryOutcome.NotFound or DirectoryOutcome.TooMuch ? throw new IncompleteException(outcome) : outcome;
                },
                cancellation);
        }
        catch (IncompleteException fault)
        {
            return fault.Outcome;
        }
    }

    /// <summary>Keeps others from changing these rows, and from taking the same lock, until the transaction ends. Says how many there are.</summary>
    public static async Task<int> Lock(this DbConnection connection, DbTransaction transaction, SqlDialect dialect, string table, string condition, object parameters, CancellationToken cancellation) =>
        (await connection.QueryAsync<string>(new CommandDefinition($"SELECT guid FROM {table} WHERE {condition} ORDER BY guid{dialect.ForUpdate}", parameters, transaction, cancellationToken: cancellation))).Count();

    /// <summary>The same of the rows with these guids; false when one is not there.</summary>
    public static async Task<bool> LockAll(this DbConnection connection, DbTransaction transaction, SqlDialect dialect, string table, IReadOnlyCollection<string> guids, CancellationToken cancellation) =>
        guids.Count == 0 || await connection.Lock(transaction, dialect, table, dialect.In("guid", "@Guids"), new { Guids = guids }, cancellation) == guids.Count;

    public static Task<long> Count(this DbConnection connection, DbTransaction transaction, string sql, object parameters, CancellationToken cancellation) =>
        connection.ExecuteScalarAsync<long>(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellation));

    public static Task<int> Run(this DbConnection connection, DbTransaction transaction, string sql, object parameters, CancellationToken cancellation) =>
        connection.ExecuteAsync(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellation));

    /// <summary>Takes back what a transaction did.</summary>
    private sealed class IncompleteException(DirectoryOutcome outcome) : Exception
    {
        public DirectoryOutcome Outcome => outcome;
    }
}
