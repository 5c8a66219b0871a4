using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Rows;

/// <summary>What placement, cells and sweeps ask about tasks, instances and builds, each from an index of its own. The kind of a row says which it is.</summary>
internal sealed class WorkRows(Database database) : IWorkRows
{
    private static readonly string[] Kinds = [TaskDocument.Kind, InstanceDocument.Kind, DropletDocument.Kind];
    private static readonly string PendingState = TaskMachine.Upper(TaskPhase.Pending);
    private static readonly string RunningState = TaskMachine.Upper(TaskPhase.Running);
    private static readonly string CancelingState = TaskMachine.Upper(TaskPhase.Canceling);

    private readonly string isWork = database.Dialect.In("GrainTypeString", "@Kinds");

    public async Task<WorkState?> Find(Guid work, CancellationToken cancellation) =>
        (await Select("GrainTypeString = @Kind AND item_guid = @Guid", new { Kind = KindOf(work), Guid = database.Dialect.Guid(work) }, cancellation)).SingleOrDefault();

    public Task<IReadOnlyList<WorkState>> Pending(CancellationToken cancellation) =>
        Select($"{isWork} AND item_guid IS NOT NULL AND state = @State ORDER BY created_at, sequence_id, item_guid", new { Kinds, State = PendingState }, cancellation);

    public Task<IReadOnlyList<AttemptRow>> OnCell(CellId cell, CancellationToken cancellation) => OnCells([cell], cancellation);

    public async Task<IReadOnlyList<AttemptRow>> OnCells(IReadOnlyCollection<CellId> cells, CancellationToken cancellation)
    {
        var names = cells.Select(each => each.Name).ToArray();
        var works = await Select($"{isWork} AND {database.Dialect.In("cell", "@Cells")} AND state IN (@Running, @Canceling)", new { Kinds, Cells = names, Running = RunningState, Canceling = CancelingState }, cancellation);
        return [.. works.Select(AttemptRow.Of)];
    }

    public Task<IReadOnlyList<Guid>> Due(DateTimeOffset now, int countMax, CancellationToken cancellation) =>
        DueRows.Read(database, Kinds, now, countMax, cancellation);

    public async Task<IReadOnlyList<Guid>> Canceling(CancellationToken cancellation) =>
        [.. (await Columns($"{isWork} AND item_guid IS NOT NULL AND state = @State", new { Kinds, State = CancelingState }, cancellation)).Select(row => SqlDialect.ToGuid(row.Item))];

    public async Task<AttemptRow?> Current(Guid work, CancellationToken cancellation) =>
        await Find(work, cancellation) is { } state ? AttemptRow.Of(state) : null;

    public async Task<IReadOnlyList<HeldCell>> Instances(CancellationToken cancellation) =>
        [.. (await Columns("GrainTypeString = @Kind AND cell IS NOT NULL", new { InstanceDocument.Kind }, cancellation))
            .Select(row => new HeldCell(SqlDialect.ToGuid(row.Item), new ProcessKey(new AppId(SqlDialect.ToGuid(row.App)), row.Name), new CellId(row.Cell!)))];

    private Task<IReadOnlyList<WorkState>> Select(string condition, object parameters, CancellationToken cancellation) =>
        database.Read<IReadOnlyList<WorkState>>(
            async connection =>
            {
                var command = new CommandDefinition($"SELECT GrainTypeString AS \"Kind\", PayloadBinary AS \"Payload\" FROM OrleansStorage WHERE {condition}", parameters, cancellationToken: cancellation);
                return [.. (await connection.QueryAsync<StoredRow>(command)).Select(State).OfType<WorkState>()];
            },
            cancellation);

    private Task<IEnumerable<ListedRow>> Columns(string condition, object parameters, CancellationToken cancellation) =>
        database.Read(
            connection => connection.QueryAsync<ListedRow>(new CommandDefinition($"SELECT item_guid AS \"Item\", app_guid AS \"App\", name AS \"Name\", cell AS \"Cell\" FROM OrleansStorage WHERE {condition}", parameters, cancellationToken: cancellation)),
            cancellation);

    private static string KindOf(Guid work) => InstanceId.Is(work) ? InstanceDocument.Kind : StagingId.Is(work) ? DropletDocument.Kind : TaskDocument.Kind;

    /// <summary>Null for a droplet that nothing ever ran for.</summary>
    private static WorkState? State(StoredRow row) => row.Kind switch
    {
        TaskDocument.Kind => Read<TaskDocument>(row).State,
        InstanceDocument.Kind => Read<InstanceDocument>(row).State,
        DropletDocument.Kind => Read<DropletDocument>(row).State.Staging,
        _ => throw new UnreachableException($"{row.Kind} is neither a task, nor an instance, nor a build."),
    };

    private static TDocument Read<TDocument>(StoredRow row) =>
        JsonSerializer.Deserialize<TDocument>(row.Payload, StateJson.Options) ?? throw new JsonException($"A stored {row.Kind} is null.");

    private sealed class StoredRow
    {
        public string Kind { get; init; } = "";

        public byte[] Payload { get; init; } = [];
    }

    private sealed class ListedRow
    {
        public object Item { get; init; } = "";

        public object App { get; init; } = "";

        public string Name { get; init; } = "";

        public string? Cell { get; init; }
    }
}
