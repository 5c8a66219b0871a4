using Dapper;
using Granary.Core.Tasks;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Rows;

/// <summary>
/// Removes rows of what is over, past the grains. That is safe: such a row is never written again but by a change of labels, which then finds that its row is
/// gone, and the next call that its thing is.
/// </summary>
internal sealed class OldRows(Database database)
{
    /// <summary>Rows of one transaction: it holds up no other write for long.</summary>
    private const int BatchMax = 500;

    private static readonly string[] Ended = [TaskMachine.Upper(TaskPhase.Succeeded), TaskMachine.Upper(TaskPhase.Failed)];

    /// <summary>Tasks that have ended and were last changed before an instant; returns how many.</summary>
    public Task<int> RemoveTasks(DateTimeOffset before, CancellationToken cancellation) =>
        Remove(TaskDocument.Kind, $"updated_at < @Before AND {database.Dialect.In("state", "@States")}", before, cancellation);

    public Task<int> RemoveEvents(DateTimeOffset before, CancellationToken cancellation) => Remove(AuditDocument.Kind, "created_at < @Before", before, cancellation);

    public Task<int> RemoveJobs(DateTimeOffset before, CancellationToken cancellation) => Remove(JobDocument.Kind, "created_at < @Before", before, cancellation);

    private async Task<int> Remove(string kind, string condition, DateTimeOffset before, CancellationToken cancellation)
    {
        var sql = $"""
            DELETE FROM OrleansStorage WHERE GrainTypeString = @Kind AND {condition} AND item_guid IN
                (SELECT item_guid FROM OrleansStorage WHERE GrainTypeString = @Kind AND {condition} LIMIT @Max)
            """;
        var parameters = new { Kind = kind, Before = ListingRow.Micros(before), States = Ended, Max = BatchMax };
        var removed = 0;
        int batch;
        do
        {
            batch = await database.Write((connection, transaction) => connection.ExecuteAsync(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellation)), cancellation);
            removed += batch;
        }
        while (batch == BatchMax);
        return removed;
    }
}
