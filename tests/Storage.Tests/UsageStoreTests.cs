using Granary.Core.Stories;
using Granary.Core.Tasks;
using Granary.Core.Usage;
using Granary.Grains.Ports;
using Granary.Silo.Storage.Usage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Storage.Tests;

public sealed class SqliteUsageStoreTests(SqliteSilo silo) : UsageStoreTests(silo), IClassFixture<SqliteSilo>;

public sealed class PostgresUsageStoreTests(PostgresSilo silo) : UsageStoreTests(silo), IClassFixture<PostgresSilo>;

public abstract class UsageStoreTests(StorageSilo silo) : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(A.Noon);
    private UsageStore usage = null!;

    /// <summary>The tests share a database: each begins where nothing is left to gather.</summary>
    public async Task InitializeAsync()
    {
        usage = new UsageStore(silo.Database, clock);
        await usage.Gather(everything: true, default);
        await usage.Remove(A.Noon.AddYears(10), default);
        await silo.Database.Write((connection, transaction) => Silo.Storage.Access.Statements.Run(connection, transaction, "UPDATE granary_usage_mark SET gathered_to = 0, forgotten_to = 0", new { }, default), default);
    }

    public Task DisposeAsync() => silo.Services.GetRequiredService<Silo.Storage.Rows.OldRows>().RemoveTasks(A.Noon.AddYears(1), default);

    [Fact]
    public async Task Each_event_is_gathered_once_however_often_and_by_however_many()
    {
        var task = Started(A.Noon.AddSeconds(-3));
        var state = await silo.Write(TaskDocument.Kind, task.Id.Value, new TaskDocument { State = task });
        var first = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => usage.Gather(everything: false, default)));
        state.State!.State = Ended(task, A.Noon);
        await silo.Storage.WriteStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, task.Id.Value), state);

        Assert.Equal(1, first.Sum());
        Assert.Equal((1, 0, 0), (await usage.Gather(everything: false, default), await usage.Gather(everything: false, default), await usage.Gather(everything: true, default)));
        Assert.Equal([UsageRules.TaskStarted, UsageRules.TaskStopped], (await All()).Select(each => each.State));
        Assert.Equal(UsageRules.Of(state.State!.State), await All());
    }

    [Fact]
    public async Task More_rows_than_one_batch_are_gathered_and_clients_go_on_behind_the_last_that_they_know()
    {
        for (var number = 0; number < 600; number++)
        {
            var task = Ended(Started(A.Noon.AddSeconds(-number)), A.Noon.AddSeconds(-number));
            await silo.Write(TaskDocument.Kind, task.Id.Value, new TaskDocument { State = task });
        }

        Assert.Equal(1200, await usage.Gather(everything: true, default));

        var all = await All();
        Assert.Equal(1200, all.Select(each => each.Id).Distinct().Count());
        var rest = (await usage.Page(new RowQuery { PerPage = 5000 }, all[1000].Id, default))!;
        Assert.Equal(all.Skip(1001), rest.Items);
        var page = (await usage.Page(new RowQuery { PerPage = 7 }, all[1000].Id, default))!;
        Assert.Equal(all.Skip(1008).Take(7), (await usage.Page(new RowQuery { PerPage = 7, Page = 2, After = page.Next }, all[1000].Id, default))!.Items);
        Assert.Equal(all.Reverse().Take(3), (await usage.Page(new RowQuery { PerPage = 3, Descending = true }, null, default))!.Items);
        Assert.Null(await usage.Page(new RowQuery(), Guid.NewGuid(), default));
        Assert.Equal(all[5], await usage.Find(all[5].Id, default));
    }

    [Fact]
    public async Task What_was_forgotten_does_not_come_again()
    {
        var (old, late) = (Ended(Started(A.Noon.AddDays(-2)), A.Noon.AddDays(-2)), Started(A.Noon.AddSeconds(-1)));
        await silo.Write(TaskDocument.Kind, old.Id.Value, new TaskDocument { State = old });
        var state = await silo.Write(TaskDocument.Kind, late.Id.Value, new TaskDocument { State = late });
        Assert.Equal(3, await usage.Gather(everything: true, default));

        Assert.Equal(2, await usage.Remove(A.Noon.AddDays(-1), default));
        Assert.Equal(0, await usage.Gather(everything: true, default));
        var seed = Assert.Single(await All()) with { Id = Guid.NewGuid(), State = "STARTED" };
        await usage.Reseed([seed], default);
        Assert.Equal((0, seed), (await usage.Gather(everything: true, default), Assert.Single(await All())));

        clock.Advance(TimeSpan.FromSeconds(1));
        state.State!.State = Ended(late, clock.GetUtcNow());
        await silo.Storage.WriteStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, late.Id.Value), state);
        Assert.Equal(1, await usage.Gather(everything: false, default));
    }

    [Fact]
    public async Task Tasks_of_an_app_are_settled_before_they_are_removed()
    {
        var task = Ended(Started(A.Noon.AddDays(-1)), A.Noon.AddDays(-1));
        await silo.Write(TaskDocument.Kind, task.Id.Value, new TaskDocument { State = task });
        await usage.Gather(new Core.Apps.AppId(Guid.NewGuid()), default);
        Assert.Empty(await All());

        await usage.Gather(task.App, default);

        Assert.Equal(2, (await All()).Count);
    }

    private async Task<IReadOnlyList<UsageEvent>> All() => (await usage.Page(new RowQuery { PerPage = 5000 }, null, default))!.Items;

    private static TaskState Started(DateTimeOffset at) => A.Task(phase: TaskPhase.Running, createdAt: at.AddSeconds(-1), updatedAt: at, cell: "cell-1").State with
    {
        Attempt = 1,
        Story = Story.Empty.Add(new StoryEntry(at.AddSeconds(-1), 0, null, "PENDING: accepted as task 1 of its app")).Add(new StoryEntry(at, 1, "cell-1", "RUNNING: attempt 1 was placed on cell-1")),
    };

    private static TaskState Ended(TaskState task, DateTimeOffset at) => task with
    {
        Phase = TaskPhase.Succeeded,
        Cell = null,
        UpdatedAt = at,
        Story = task.Story.Add(new StoryEntry(at, 1, "cell-1", "SUCCEEDED: attempt 1 exited with status 0")),
    };
}
