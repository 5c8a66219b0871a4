using System.Data.Common;
using Dapper;

namespace Granary.Silo.Storage.Access;

/// <summary>The few ways in which the tables of access are asked.</summary>
internal static class Statements
{
    public static Task<T?> One<T>(this Database database, string sql, object parameters, CancellationToken cancellation)
        where T : class =>
        database.Read(connection => connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellation)), cancellation);

    public static async Task<IReadOnlyList<T>> Many<T>(this Database database, string sql, object? parameters, CancellationToken cancellation) =>
        [.. await database.Read(connection => connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellation)), cancellation)];

    /// <summary>One statement; true when it changed a row.</summary>
    public static async Task<bool> Changes(this Database database, string sql, object parameters, CancellationToken cancellation) =>
        await database.Write((connection, transaction) => connection.Run(transaction, sql, parameters, cancellation), cancellation) > 0;

    public static Task<int> Run(this DbConnection connection, DbTransaction transaction, string sql, object parameters, CancellationToken cancellation) =>
        connection.ExecuteAsync(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellation));
}
