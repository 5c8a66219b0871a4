using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Granary.Silo.Storage;

/// <summary>A connection that enters the gate before its first write and leaves it when it is closed.</summary>
internal sealed class GatedSqliteConnection(string connectionString, string settings, WriterGate gate) : SqliteConnection(connectionString)
{
    private bool holdsGate;

    public async Task EnterGate(CancellationToken cancellation)
    {
        if (!holdsGate)
        {
            await gate.Enter(cancellation);
            holdsGate = true;
        }
    }

    public override void Open()
    {
        base.Open();
        try
        {
            using var command = base.CreateCommand();
            command.CommandText = settings;
            command.ExecuteNonQuery();
        }
        catch
        {
            Close();
            throw;
        }
    }

    public override SqliteCommand CreateCommand() => new GatedSqliteCommand(this)
    {
        CommandTimeout = DefaultTimeout,
        Transaction = Transaction,
    };

    public override void Close()
    {
        try
        {
            base.Close();
        }
        finally
        {
            if (holdsGate)
            {
                holdsGate = false;
                gate.Leave();
            }
        }
    }

    protected override DbCommand CreateDbCommand() => CreateCommand();

    protected override void Dispose(bool disposing)
    {
        Close();
        base.Dispose(disposing);
    }
}

/// <summary>
/// Orleans opens its connections without saying what for, so a command of it enters the gate when it turns out to write. It knows
/// four commands, all of them <c>OrleansQuery</c> rows of ours and all run by this one method; those that begin with SELECT read.
/// </summary>
internal sealed class GatedSqliteCommand : SqliteCommand
{
    private readonly GatedSqliteConnection connection;

    public GatedSqliteCommand(GatedSqliteConnection connection)
    {
        this.connection = connection;
        Connection = connection;
    }

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        if (!CommandText.AsSpan().TrimStart().StartsWith("SELECT", StringComparison.OrdinalIgnoreCase))
        {
            await connection.EnterGate(cancellationToken);
        }

        return await base.ExecuteDbDataReaderAsync(behavior, cancellationToken);
    }
}
