using Granary.Core.Audit;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Storage.Tests;

public sealed class SqliteAuditRowTests(SqliteSilo silo) : AuditRowTests(silo), IClassFixture<SqliteSilo>;

public sealed class PostgresAuditRowTests(PostgresSilo silo) : AuditRowTests(silo), IClassFixture<PostgresSilo>;

public abstract class AuditRowTests(StorageSilo silo)
{
    private readonly AuditEvent happened = new()
    {
        Id = Guid.NewGuid(),
        Type = "audit.app.task.create",
        Actor = new Actor("u", "user", "ann \"the\" Größte"),
        App = Guid.NewGuid(),
        AppName = "näme",
        Space = Guid.NewGuid(),
        Data = """{"task_guid":"t"}""",
        CreatedAt = A.Noon.AddMicroseconds(7),
    };

    [Fact]
    public async Task What_is_told_of_a_write_is_listed_like_any_event_from_then_on()
    {
        var other = happened with { Id = Guid.NewGuid(), Type = "audit.app.create", CreatedAt = A.Noon };
        await silo.Write(AuditDocument.Kind, other.Id, new AuditDocument { State = other });
        await Write(A.Task(), happened);

        Assert.Equal([other, happened], await Events(new RowQuery { Apps = [happened.App] }));
        Assert.Equal([happened], await Events(new RowQuery { Apps = [happened.App], States = [happened.Type], Scopes = [happened.Space.ToString("D")] }));
        Assert.Equal([happened], await Events(new RowQuery { Guids = [happened.Id] }));
    }

    [Fact]
    public async Task What_is_written_twice_happened_once()
    {
        var task = A.Task();
        var state = await Write(task, happened);
        task.State = task.State with { Phase = TaskPhase.Canceling };
        await silo.Storage.WriteStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, task.State.Id.Value), state);

        Assert.Equal([happened], await Events(new RowQuery { Apps = [happened.App] }));
    }

    [Fact]
    public async Task What_was_not_written_did_not_happen()
    {
        var task = A.Task();
        await silo.Write(task);

        await Assert.ThrowsAnyAsync<Exception>(() => Write(task, happened)); // As the first write of an activation that knows nothing of the other.

        Assert.Empty(await Events(new RowQuery { Apps = [happened.App] }));
    }

    [Fact]
    public async Task A_write_of_which_nothing_is_told_tells_nothing_again()
    {
        var task = A.Task();
        var state = await Write(task, happened);
        task.Audit = null;
        await silo.Storage.WriteStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, task.State.Id.Value), state);

        Assert.Null((await silo.Read<TaskDocument>(TaskDocument.Kind, task.State.Id.Value)).State!.Audit);
        Assert.Equal([happened], await Events(new RowQuery { Apps = [happened.App] }));
    }

    private Task<GrainState<TaskDocument>> Write(TaskDocument task, AuditEvent told)
    {
        task.Audit = new AuditDocument { State = told };
        return silo.Write(task);
    }

    private async Task<IReadOnlyList<AuditEvent>> Events(RowQuery query) => (await silo.Services.GetRequiredService<IRows<AuditEvent>>().Page(query, CancellationToken.None)).Items;
}
