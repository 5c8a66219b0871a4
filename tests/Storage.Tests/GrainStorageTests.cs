using System.Text.Json;
using Dapper;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Orleans.Storage;

namespace Granary.Storage.Tests;

public sealed class SqliteGrainStorageTests(SqliteSilo silo) : GrainStorageTests(silo), IClassFixture<SqliteSilo>;

public sealed class PostgresGrainStorageTests(PostgresSilo silo) : GrainStorageTests(silo), IClassFixture<PostgresSilo>;

public abstract class GrainStorageTests(StorageSilo silo)
{
    private const string Columns = """
        SELECT item_guid, app_guid, sequence_id, name, name_key, scope, state, cell, created_at, updated_at, wake_at, labels
        FROM OrleansStorage WHERE item_guid = @Guid
        """;

    [Fact]
    public async Task A_state_comes_back_as_it_was_written()
    {
        var task = A.Task(name: "Migrate", phase: TaskPhase.Running, cell: "cell-1", wakeAt: A.Noon.AddTicks(1), labels: [("team", "blue")]);

        var written = await silo.Write(task);
        var read = await silo.Read<TaskDocument>(TaskDocument.Kind, task.State.Id.Value);

        Assert.Equal("1", written.ETag);
        Assert.Equal("1", read.ETag);
        Assert.True(read.RecordExists);
        Assert.Equal(Json(task), Json(read.State));
        Assert.Equal(task.State.Id, read.State!.State.Id);
        Assert.Equal(task.State.Spec!.Policy, read.State!.State.Spec!.Policy);
        Assert.Equal(task.State.Spec.Environment, read.State!.State.Spec.Environment);
        Assert.Equal(task.State.Story.Entries, read.State!.State.Story.Entries);
        Assert.Equal(task.State.WakeAt, read.State!.State.WakeAt);
    }

    [Fact]
    public async Task A_state_that_was_never_written_does_not_exist()
    {
        var read = await silo.Read<TaskDocument>(TaskDocument.Kind, Guid.NewGuid());

        Assert.False(read.RecordExists);
        Assert.Null(read.ETag);
    }

    [Fact]
    public async Task The_listing_columns_are_those_of_the_state_after_every_write()
    {
        var task = A.Task(name: "Älter ÜBER", phase: TaskPhase.Running, sequence: 7, cell: "cell-1", wakeAt: A.Noon.AddSeconds(9), labels: [("example.com/team", "blue"), ("x", "")]);

        var state = await silo.Write(task);
        await AssertColumns(task.Row);

        var later = new TaskDocument { State = task.State with { Phase = TaskPhase.Succeeded, Cell = null, WakeAt = null, UpdatedAt = A.Noon.AddMinutes(1) } };
        state.State = later;
        await silo.Storage.WriteStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, task.State.Id.Value), state);

        Assert.Equal("2", state.ETag);
        await AssertColumns(later.Row);
    }

    [Fact]
    public async Task A_write_over_an_older_version_is_refused_and_changes_nothing()
    {
        var task = A.Task();
        var guid = task.State.Id.Value;
        await silo.Write(task);
        var winner = await silo.Read<TaskDocument>(TaskDocument.Kind, guid);
        var loser = await silo.Read<TaskDocument>(TaskDocument.Kind, guid);
        winner.State = new TaskDocument { State = task.State with { Phase = TaskPhase.Succeeded } };
        await silo.Storage.WriteStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, guid), winner);

        loser.State = new TaskDocument { State = task.State with { Phase = TaskPhase.Failed } };
        await Assert.ThrowsAsync<InconsistentStateException>(() => silo.Storage.WriteStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, guid), loser));
        await Assert.ThrowsAsync<InconsistentStateException>(() => silo.Storage.ClearStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, guid), loser));

        var read = await silo.Read<TaskDocument>(TaskDocument.Kind, guid);
        Assert.Equal("2", read.ETag);
        Assert.Equal(TaskPhase.Succeeded, read.State!.State.Phase);
        await AssertColumns(read.State!.Row);
    }

    [Fact]
    public async Task Of_many_first_writes_of_one_grain_one_succeeds()
    {
        for (var round = 0; round < 20; round++)
        {
            var task = A.Task();

            var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Record.ExceptionAsync(() => Task.Run(() => silo.Write(task)))));

            Assert.Single(outcomes, outcome => outcome is null);
            Assert.All(outcomes, outcome => Assert.True(outcome is null or InconsistentStateException, outcome?.ToString()));
            Assert.Equal("1", (await silo.Read<TaskDocument>(TaskDocument.Kind, task.State.Id.Value)).ETag);
        }
    }

    [Fact]
    public async Task A_write_with_a_version_never_makes_a_row()
    {
        var task = A.Task();
        var state = new GrainState<TaskDocument>(task, "4");

        await Assert.ThrowsAsync<InconsistentStateException>(() => silo.Storage.WriteStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, task.State.Id.Value), state));

        Assert.False((await silo.Read<TaskDocument>(TaskDocument.Kind, task.State.Id.Value)).RecordExists);
    }

    [Fact]
    public async Task A_failed_write_leaves_the_storage_usable()
    {
        var space = Guid.NewGuid();
        var first = A.App("Überapp", space);
        await silo.Write(AppDocument.Kind, first.State.Id.Value, first);

        for (var round = 0; round < 20; round++)
        {
            var second = A.App("üBERAPP", space);
            await Assert.ThrowsAsync<NameTakenException>(() => silo.Write(AppDocument.Kind, second.State.Id.Value, second));
            await silo.Write(A.Task());
        }

        var elsewhere = A.App("Überapp", Guid.NewGuid());
        await silo.Write(AppDocument.Kind, elsewhere.State.Id.Value, elsewhere);
    }

    [Fact]
    public async Task A_grain_is_told_that_a_name_is_taken()
    {
        var space = Guid.NewGuid();

        Assert.Equal("1", await silo.Grains.GetGrain<INameGrain>($"app/{Guid.NewGuid()}").Store("web", space));
        Assert.Equal(nameof(NameTakenException), await silo.Grains.GetGrain<INameGrain>($"app/{Guid.NewGuid()}").Store("WEB", space));
        Assert.Equal("1", await silo.Grains.GetGrain<INameGrain>($"app/{Guid.NewGuid()}").Store("web", Guid.NewGuid()));
    }

    [Fact]
    public async Task A_cleared_state_leaves_the_listings_and_can_be_written_again()
    {
        var task = A.Task();
        var guid = task.State.Id.Value;
        var state = await silo.Write(task);

        await silo.Storage.ClearStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, guid), state);
        var rows = await silo.Database.Read(connection => connection.QueryAsync(Columns, new { Guid = silo.Database.Dialect.Guid(guid) }), CancellationToken.None);
        state.State = task;
        await silo.Storage.WriteStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, guid), state);

        Assert.Empty(rows);
        Assert.True((await silo.Read<TaskDocument>(TaskDocument.Kind, guid)).RecordExists);
    }

    [Fact]
    public async Task Kinds_with_the_same_key_do_not_meet()
    {
        var task = A.Task();
        var app = A.App("same", Guid.NewGuid());
        await silo.Storage.WriteStateAsync(TaskDocument.Kind, StorageSilo.Id("any", task.State.Id.Value), new GrainState<TaskDocument>(task));
        await silo.Storage.WriteStateAsync(AppDocument.Kind, StorageSilo.Id("any", task.State.Id.Value), new GrainState<AppDocument>(app));

        var read = new GrainState<TaskDocument>(new TaskDocument());
        await silo.Storage.ReadStateAsync(TaskDocument.Kind, StorageSilo.Id("any", task.State.Id.Value), read);

        Assert.Equal(task.State.Id, read.State!.State.Id);
    }

    [Fact]
    public async Task Many_writers_at_once_all_succeed()
    {
        var tasks = Enumerable.Range(0, 64).Select(_ => A.Task()).ToArray();

        var states = await Task.WhenAll(tasks.Select(task => Task.Run(async () =>
        {
            var state = await silo.Write(task);
            await silo.Storage.WriteStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, task.State.Id.Value), state);
            return state.ETag;
        })));

        Assert.All(states, etag => Assert.Equal("2", etag));
    }

    private async Task AssertColumns(ListingRow row)
    {
        var columns = await silo.Database.Read<IDictionary<string, object?>>(
            async connection => (IDictionary<string, object?>)await connection.QuerySingleAsync(Columns, new { Guid = silo.Database.Dialect.Guid(row.Guid) }),
            CancellationToken.None);
        Assert.Equal(row.Guid, SqlDialect.ToGuid(columns["item_guid"]!));
        Assert.Equal(row.App, SqlDialect.ToGuid(columns["app_guid"]!));
        Assert.Equal(row.Sequence, Convert.ToInt32(columns["sequence_id"], null));
        Assert.Equal(row.Name, columns["name"]);
        Assert.Equal(row.Name.ToLowerInvariant(), columns["name_key"]);
        Assert.Equal(row.Scope, columns["scope"]);
        Assert.Equal(row.State, columns["state"]);
        Assert.Equal(row.Cell, columns["cell"]);
        Assert.Equal(row.CreatedAt, columns["created_at"]);
        Assert.Equal(row.UpdatedAt, columns["updated_at"]);
        Assert.Equal(row.WakeAt, columns["wake_at"]);
        Assert.Equal(row.Labels, JsonSerializer.Deserialize<Dictionary<string, string>>((string)columns["labels"]!));
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, StateJson.Options);
}
