using System.Data.Common;
using System.Threading.Channels;
using Dapper;

namespace Granary.Silo.Storage.Cells;

/// <summary>
/// Gathers the journal's concurrent writes into one commit: each life of an attempt notes several things, and each commit waits for the
/// disk. Statements are carried out in the order in which they were handed in; all of a batch are durable, or none.
/// </summary>
internal sealed class JournalWriter : IAsyncDisposable
{
    /// <summary>Statements in one commit at most: what takes about as long to carry out as the commit itself.</summary>
    private const int BatchMax = 256;

    private readonly Database database;
    private readonly Channel<Statement> waiting = Channel.CreateUnbounded<Statement>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task writing;

    public JournalWriter(Database database)
    {
        this.database = database;
        writing = Task.Run(WriteAll);
    }

    /// <summary>Durable when it returns. A cancelled caller does not take back what it handed in.</summary>
    public Task Write(string sql, object parameters, CancellationToken cancellation)
    {
        var statement = new Statement(sql, parameters);
        ObjectDisposedException.ThrowIf(!waiting.Writer.TryWrite(statement), this);
        return statement.Done.Task.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await writing;
    }

    private async Task WriteAll()
    {
        var batch = new List<Statement>(BatchMax);
        while (await waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < BatchMax && waiting.Reader.TryRead(out var statement))
            {
                batch.Add(statement);
            }

            await Write(batch);
        }
    }

    private async Task Write(List<Statement> batch)
    {
        var write = database.Write((connection, transaction) => Execute(connection, transaction, batch), CancellationToken.None);
        await ((Task)write).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        batch.ForEach(each => each.Done.SetFromTask(write)); // Each caller decides what a fault means to it.
    }

    private static async Task<int> Execute(DbConnection connection, DbTransaction transaction, List<Statement> batch)
    {
        var rows = 0;
        foreach (var statement in batch)
        {
            rows += await connection.ExecuteAsync(new CommandDefinition(statement.Sql, statement.Parameters, transaction));
        }

        return rows;
    }

    private sealed record Statement(string Sql, object Parameters)
    {
        public TaskCompletionSource<int> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
