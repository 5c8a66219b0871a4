using Granary.Core.Audit;
using Granary.Core.Jobs;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Silo.Storage.Rows;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Storage.Tests;

public sealed class SqliteOldRowsTests(SqliteSilo silo) : OldRowsTests(silo), IClassFixture<SqliteSilo>;

public sealed class PostgresOldRowsTests(PostgresSilo silo) : OldRowsTests(silo), IClassFixture<PostgresSilo>;

public abstract class OldRowsTests(StorageSilo silo)
{
    private readonly OldRows old = silo.Services.GetRequiredService<OldRows>();

    [Fact]
    public async Task Only_tasks_that_ended_long_ago_are_removed()
    {
        var tasks = silo.Services.GetRequiredService<IRows<TaskState>>();
        TaskDocument[] kept =
        [
            A.Task(phase: TaskPhase.Running, updatedAt: A.Noon.AddDays(-40), cell: "cell-1"),
            A.Task(phase: TaskPhase.Succeeded, createdAt: A.Noon.AddDays(-40), updatedAt: A.Noon),
        ];
        TaskDocument[] over = [A.Task(phase: TaskPhase.Failed, updatedAt: A.Noon.AddDays(-40)), A.Task(phase: TaskPhase.Succeeded, updatedAt: A.Noon.AddDays(-32))];
        foreach (var task in kept.Concat(over))
        {
            await silo.Write(task);
        }

        Assert.Equal(2, await old.RemoveTasks(A.Noon.AddDays(-31), CancellationToken.None));

        var left = await tasks.Page(new RowQuery { Guids = [.. kept.Concat(over).Select(each => each.State.Id.Value)] }, CancellationToken.None);
        Assert.Equal(kept.Select(each => each.State.Id).ToHashSet(), left.Items.Select(each => each.Id).ToHashSet());
        Assert.Equal(0, await old.RemoveTasks(A.Noon.AddDays(-31), CancellationToken.None));
    }

    [Fact]
    public async Task Events_and_jobs_go_by_their_age()
    {
        var (early, late) = (Event(A.Noon.AddDays(-2)), Event(A.Noon));
        await silo.Write(AuditDocument.Kind, early.State.Id, early);
        await silo.Write(AuditDocument.Kind, late.State.Id, late);
        var job = new JobDocument { State = new JobState { Id = new JobId(Guid.NewGuid()), Operation = "app.delete", CreatedAt = A.Noon.AddDays(-2) } };
        await silo.Write(JobDocument.Kind, job.State.Id.Value, job);

        Assert.Equal(1, await old.RemoveEvents(A.Noon.AddDays(-1), CancellationToken.None));
        Assert.Equal(1, await old.RemoveJobs(A.Noon.AddDays(-1), CancellationToken.None));

        var events = silo.Services.GetRequiredService<IRows<AuditEvent>>();
        Assert.Equal(late.State.Id, Assert.Single((await events.Page(new RowQuery { Apps = [early.State.App, late.State.App] }, CancellationToken.None)).Items).Id);
    }

    private static AuditDocument Event(DateTimeOffset at) => new() { State = new AuditEvent { Id = Guid.NewGuid(), Type = "audit.app.create", App = Guid.NewGuid(), CreatedAt = at } };
}
