using Dapper;
using Granary.Core.Cells;
using Granary.Core.Tasks;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Rows;

/// <summary>What placement, cells and sweeps ask about tasks, each from an index of its own.</summary>
internal sealed class TaskRows(Database database, Totals totals) : DocumentRows<TaskDocument, TaskState>(TaskDocument.Kind, database, totals), ITaskRows
{
    private static readonly string PendingState = TaskMachine.Upper(TaskPhase.Pending);
    private static readonly string RunningState = TaskMachine.Upper(TaskPhase.Running);
    private static readonly string CancelingState = TaskMachine.Upper(TaskPhase.Canceling);

    public Task<IReadOnlyList<TaskState>> Pending(CancellationToken cancellation) =>
        Select("item_guid IS NOT NULL AND state = @State ORDER BY created_at, sequence_id, item_guid", new { Kind, State = PendingState }, cancellation);

    public Task<IReadOnlyList<AttemptRow>> OnCell(CellId cell, CancellationToken cancellation) => OnCells([cell], cancellation);

    public async Task<IReadOnlyList<AttemptRow>> OnCells(IReadOnlyCollection<CellId> cells, CancellationToken cancellation)
    {
        var tasks = await Select($"{Database.Dialect.In("cell", "@Cells")} AND state IN (@Running, @Canceling)", new { Kind, Cells = cells.Select(each => each.Name).ToArray(), Running = RunningState, Canceling = CancelingState }, cancellation);
        return [.. tasks.Select(Row)];
    }

    public Task<IReadOnlyList<TaskId>> Due(DateTimeOffset now, int countMax, CancellationToken cancellation) =>
        Ids("wake_at <= @Now ORDER BY wake_at LIMIT @Max", new { Kind, Now = ListingRow.Micros(now), Max = countMax }, cancellation);

    public Task<IReadOnlyList<TaskId>> Canceling(CancellationToken cancellation) =>
        Ids("item_guid IS NOT NULL AND state = @State", new { Kind, State = CancelingState }, cancellation);

    public async Task<AttemptRow?> Current(TaskId task, CancellationToken cancellation) =>
        await Find(task.Value, cancellation) is { } state ? Row(state) : null;

    private static AttemptRow Row(TaskState task) => new(task.Key, task.Cell, task.Phase);

    private Task<IReadOnlyList<TaskId>> Ids(string condition, object parameters, CancellationToken cancellation) =>
        Database.Read<IReadOnlyList<TaskId>>(
            async connection =>
            {
                var command = new CommandDefinition($"SELECT item_guid AS \"Guid\" FROM OrleansStorage WHERE GrainTypeString = @Kind AND {condition}", parameters, cancellationToken: cancellation);
                return [.. (await connection.QueryAsync<GuidRow>(command)).Select(row => new TaskId(SqlDialect.ToGuid(row.Guid)))];
            },
            cancellation);

    private sealed class GuidRow
    {
        public object Guid { get; init; } = "";
    }
}
