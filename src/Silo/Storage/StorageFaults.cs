using System.Net.Sockets;
using Granary.Grains.Ports;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Granary.Silo.Storage;

/// <summary>Tells the faults of the drivers apart: what may pass by waiting, what the user did, and what is a bug.</summary>
internal static class StorageFaults
{
    /// <summary>The server ended a transaction in which we did nothing for too long.</summary>
    private const string IdleInTransaction = "25P03";

    private static readonly string[] NameIndexes =
    [
        "ix_granary_app_name",
        "ix_granary_organization_name",
        "ix_granary_space_name",
        "ix_granary_quota_name",
        "ix_granary_isolation_segment_name",
        "ix_granary_security_group_name",
    ];

    /// <summary>SQLite names the columns of a broken unique index, not the index.</summary>
    private static readonly string[] NameColumns =
    [
        "OrleansStorage.scope, OrleansStorage.name_key",
        "granary_organization.name_key",
        "granary_space.organization, granary_space.name_key",
        "granary_quota.organization, granary_quota.name_key",
        "granary_isolation_segment.name_key",
        "granary_security_group.name_key",
    ];

    /// <summary>SQLite's PERM, BUSY, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL and NOTADB: the file or its disk, not the statement.</summary>
    private static readonly int[] SqliteUnavailable = [3, 5, 8, 10, 11, 13, 14, 15, 26];

    /// <summary>An exception that says what happened; null when the fault is nobody's but ours.</summary>
    public static Exception? Translate(Exception fault, string place) => fault switch
    {
        SqliteException { SqliteErrorCode: 19 } taken when NameColumns.Any(columns => taken.Message.Contains(columns, StringComparison.Ordinal)) => Taken(taken),
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } taken when NameIndexes.Contains(taken.ConstraintName) => Taken(taken),
        SqliteException sqlite when SqliteUnavailable.Contains(sqlite.SqliteErrorCode) => Unavailable(sqlite, place),
        PostgresException postgres => IsUnavailable(postgres) ? Unavailable(postgres, place) : null,
        NpgsqlException npgsql => Unavailable(npgsql, place),
        SocketException or TimeoutException => Unavailable(fault, place),
        _ => null,
    };

    // Classes 08 (connection), 53 (no resources) and 57 (shut down, starting, cancelled), what we ourselves told it not to wait for, a read-only standby after
    // a failover, and a wrong or missing role, right or database, which an operator mends without a change of ours.
    private static bool IsUnavailable(PostgresException fault) =>
        fault.SqlState[..2] is "08" or "53" or "57" or "28" or "3D" || fault.SqlState is IdleInTransaction or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.InsufficientPrivilege;

    private static NameTakenException Taken(Exception fault) => new("The name is taken in its scope.", fault);

    private static DatabaseUnavailableException Unavailable(Exception fault, string place) =>
        new($"The database is not available ({place}): {Words(fault).TrimEnd('.')}. {Advice(fault)}", fault);

    /// <summary>One line: PostgreSQL adds a position to what it says of a statement.</summary>
    private static string Words(Exception fault) => fault is PostgresException told ? $"{told.SqlState}: {told.MessageText}" : fault.Message;

    private static string Advice(Exception fault) => fault switch
    {
        SqliteException => "Check that the file is a database of Granary or not there yet, that its folder exists, that this user may write in it, and that its disk has room.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => "Check that its role owns the database, or may use and make tables in its schema (GRANT ALL ON SCHEMA public TO the role), or that 'granary migrate' was run with a role that may.",
        _ => "Check that it runs, that this host may reach it, and that the setting is right.",
    };
}
