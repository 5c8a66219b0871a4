using Granary.Core.Apps;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Silo.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Storage.Tests;

public sealed class SqliteRowsTests(SqliteSilo silo) : RowsTests(silo), IClassFixture<SqliteSilo>;

public sealed class PostgresRowsTests(PostgresSilo silo) : RowsTests(silo), IClassFixture<PostgresSilo>;

public abstract class RowsTests(StorageSilo silo)
{
    private readonly IWorkRows works = silo.Services.GetRequiredService<IWorkRows>();
    private readonly IRows<TaskState> rows = silo.Services.GetRequiredService<IRows<TaskState>>();

    /// <summary>Every test lists the tasks of an app of its own.</summary>
    private readonly AppId app = new(Guid.NewGuid());

    [Fact]
    public async Task A_row_is_found_by_its_guid()
    {
        var task = A.Task();
        await silo.Write(task);

        Assert.Equal(task.State.Spec!.Name, (await rows.Find(task.State.Id.Value, CancellationToken.None))?.Spec?.Name);
        Assert.Null(await rows.Find(Guid.NewGuid(), CancellationToken.None));
        Assert.Null(await silo.Services.GetRequiredService<IRows<AppState>>().Find(task.State.Id.Value, CancellationToken.None));
    }

    [Fact]
    public async Task Every_kind_of_document_is_listed()
    {
        var owner = A.App("lister", Guid.NewGuid());
        var package = new PackageDocument { State = new PackageState { Id = new PackageId(Guid.NewGuid()), App = owner.State.Id, Phase = PackagePhase.AwaitingUpload } };
        var droplet = new DropletDocument { State = new DropletState { Id = new DropletId(Guid.NewGuid()), App = owner.State.Id, Phase = DropletPhase.Staged } };
        await silo.Write(AppDocument.Kind, owner.State.Id.Value, owner);
        await silo.Write(PackageDocument.Kind, package.State.Id.Value, package);
        await silo.Write(DropletDocument.Kind, droplet.State.Id.Value, droplet);

        Assert.Equal(owner.State.Id, (await One<AppState>(new RowQuery { Names = ["LISTER"], Scopes = [owner.State.Space.ToString("D")] })).Id);
        Assert.Equal(package.State.Id, (await One<PackageState>(new RowQuery { Apps = [owner.State.Id.Value], States = ["AWAITING_UPLOAD"] })).Id);
        Assert.Equal(droplet.State.Id, (await One<DropletState>(new RowQuery { Apps = [owner.State.Id.Value], States = ["STAGED"] })).Id);
    }

    [Fact]
    public async Task Bits_are_referred_to_by_packages_and_droplets()
    {
        string[] digests = [.. Enumerable.Range(0, 3).Select(_ => $"{Guid.NewGuid():N}{Guid.NewGuid():N}")];
        var package = new PackageDocument { State = new PackageState { Id = new PackageId(Guid.NewGuid()), App = app, Phase = PackagePhase.Ready, Digest = digests[0] } };
        var droplet = new DropletDocument { State = new DropletState { Id = new DropletId(Guid.NewGuid()), App = app, Phase = DropletPhase.Staged, Source = new ContainerSource("stack", digests[1]) } };
        var image = new DropletDocument { State = new DropletState { Id = new DropletId(Guid.NewGuid()), App = app, Phase = DropletPhase.Staged, Source = new ContainerSource("image", null) } };
        await silo.Write(PackageDocument.Kind, package.State.Id.Value, package);
        await silo.Write(DropletDocument.Kind, droplet.State.Id.Value, droplet);
        await silo.Write(DropletDocument.Kind, image.State.Id.Value, image);
        var references = silo.Services.GetRequiredService<IBlobReferences>();

        Assert.Equal(digests[..2].Order(), (await references.Among(digests, CancellationToken.None)).Order());
        Assert.Equal([digests[0]], await references.Among([digests[0]], CancellationToken.None));
        Assert.Empty(await references.Among([], CancellationToken.None));
    }

    [Fact]
    public async Task Filters_let_pass_what_they_name_and_are_combined()
    {
        var other = new AppId(Guid.NewGuid());
        var one = await Stored("Über", TaskPhase.Running, 1, 0, labels: [("team", "blue"), ("example.com/tier", "1")]);
        var two = await Stored("backup", TaskPhase.Pending, 2, 1, labels: [("team", "red")]);
        var three = await Stored("report", TaskPhase.Failed, 3, 2);
        var foreign = await Stored("backup", TaskPhase.Failed, 1, 3, other);

        await AssertListed(new RowQuery(), one, two, three);
        await AssertListed(new RowQuery { Guids = [], Names = [], States = [] }, one, two, three);
        await AssertListed(new RowQuery { Guids = [two, foreign] }, two);
        await AssertListed(new RowQuery { Guids = [three] }, three);
        await AssertListed(new RowQuery { Names = ["üBER"] }, one);
        await AssertListed(new RowQuery { Names = ["BACKUP", "Report", "nobody"] }, two, three);
        await AssertListed(new RowQuery { States = ["RUNNING"] }, one);
        await AssertListed(new RowQuery { States = ["RUNNING", "FAILED"] }, one, three);
        await AssertListed(new RowQuery { Sequences = [2, 3] }, two, three);
        await AssertListed(new RowQuery { States = ["FAILED"], Names = ["backup"] });
        await AssertListed(new RowQuery { Apps = [app.Value, other.Value] }, one, two, three, foreign);
        await AssertListed(new RowQuery { Apps = [Guid.NewGuid()] });
        await AssertListed(new RowQuery { Names = ["o'; DROP TABLE OrleansStorage; --"] });
    }

    [Theory]
    [InlineData(InstantRelation.Equal, new[] { 2 })]
    [InlineData(InstantRelation.Before, new[] { 1 })]
    [InlineData(InstantRelation.NotAfter, new[] { 1, 2 })]
    [InlineData(InstantRelation.After, new[] { 3 })]
    [InlineData(InstantRelation.NotBefore, new[] { 2, 3 })]
    public async Task Instants_are_compared_to_the_microsecond(InstantRelation relation, int[] expected)
    {
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            await silo.Write(A.Task(app, sequence: sequence, createdAt: A.Noon.AddMicroseconds(sequence), updatedAt: A.Noon.AddHours(1).AddMicroseconds(sequence)));
        }

        var created = await rows.Page(new RowQuery { Apps = [app.Value], CreatedAts = [new InstantFilter(relation, A.Noon.AddMicroseconds(2))] }, CancellationToken.None);
        var updated = await rows.Page(new RowQuery { Apps = [app.Value], UpdatedAts = [new InstantFilter(relation, A.Noon.AddHours(1).AddMicroseconds(2))] }, CancellationToken.None);

        Assert.Equal(expected, created.Items.Select(task => task.SequenceId));
        Assert.Equal(expected, updated.Items.Select(task => task.SequenceId));
    }

    [Fact]
    public async Task Labels_select_by_presence_and_by_value()
    {
        var blue = await Stored("a", TaskPhase.Running, 1, 0, labels: [("team", "blue"), ("example.com/tier", "1")]);
        var red = await Stored("b", TaskPhase.Running, 2, 1, labels: [("team", "red"), ("empty", "")]);
        var none = await Stored("c", TaskPhase.Running, 3, 2);

        await AssertListed(With(LabelRelation.Exists, "team"), blue, red);
        await AssertListed(With(LabelRelation.Exists, "example.com/tier"), blue);
        await AssertListed(With(LabelRelation.Exists, "Team"));
        await AssertListed(With(LabelRelation.Absent, "team"), none);
        await AssertListed(With(LabelRelation.In, "team", "red", "green"), red);
        await AssertListed(With(LabelRelation.In, "empty", ""), red);
        await AssertListed(With(LabelRelation.In, "team", "Red"));
        await AssertListed(With(LabelRelation.NotIn, "team", "red", "green"), blue, none);
        await AssertListed(new RowQuery { Labels = [Requirement(LabelRelation.Exists, "team"), Requirement(LabelRelation.NotIn, "team", "blue")] }, red);
    }

    [Fact]
    public async Task Rows_come_in_the_order_asked_for()
    {
        var b = await Stored("b", TaskPhase.Running, 1, 3);
        var a = await Stored("A", TaskPhase.Running, 2, 2);
        var z = await Stored("zebra", TaskPhase.Running, 3, 1);
        var umlaut = await Stored("Äpfel", TaskPhase.Running, 4, 0);

        await AssertListed(new RowQuery(), umlaut, z, a, b);
        await AssertListed(new RowQuery { Descending = true }, b, a, z, umlaut);
        await AssertListed(new RowQuery { Order = RowOrder.UpdatedAt }, umlaut, z, a, b);
        await AssertListed(new RowQuery { Order = RowOrder.Name }, a, b, z, umlaut);
        await AssertListed(new RowQuery { Order = RowOrder.Name, Descending = true }, umlaut, z, b, a);
    }

    [Theory]
    [InlineData(RowOrder.CreatedAt, false)]
    [InlineData(RowOrder.CreatedAt, true)]
    [InlineData(RowOrder.UpdatedAt, false)]
    [InlineData(RowOrder.Name, true)]
    public async Task Paging_visits_each_row_once_while_rows_are_added(RowOrder order, bool descending)
    {
        // Three rows to an instant and to a name, so that the order is decided by the guid too.
        var there = new List<Guid>();
        for (var index = 0; index < 25; index++)
        {
            there.Add(await Stored($"name-{index / 3}", TaskPhase.Running, index, index / 3));
        }

        var seen = new List<Guid>();
        string? after = null;
        for (var page = 1; ; page++)
        {
            var answer = await rows.Page(new RowQuery { Apps = [app.Value], Order = order, Descending = descending, Page = page, PerPage = 4, After = after }, CancellationToken.None);
            seen.AddRange(answer.Items.Select(task => task.Id.Value));
            if (answer.Next is null)
            {
                break;
            }

            after = answer.Next;
            await Stored("name-0", TaskPhase.Running, 100 + page, page % 2 == 0 ? -1 : 4); // Before and among those already read.
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Empty(there.Except(seen));
    }

    [Fact]
    public async Task A_page_by_number_has_its_rows_the_total_and_the_way_on()
    {
        for (var sequence = 1; sequence <= 7; sequence++)
        {
            await Stored("x", TaskPhase.Running, sequence, sequence);
        }

        var second = await Page(2);
        var third = await rows.Page(new RowQuery { Apps = [app.Value], PerPage = 3, Page = 3, After = second.Next }, CancellationToken.None);
        var last = await Page(3);
        var beyond = await Page(4);

        Assert.Equal([4, 5, 6], second.Items.Select(task => task.SequenceId));
        Assert.NotNull(second.Next);
        Assert.Equal([7], third.Items.Select(task => task.SequenceId));
        Assert.Null(third.Next);
        Assert.Equal([7], last.Items.Select(task => task.SequenceId));
        Assert.Empty(beyond.Items);
        Assert.All([second, third, last, beyond], page => Assert.Equal(7, page.Total));

        Task<RowPage<TaskState>> Page(int number) => rows.Page(new RowQuery { Apps = [app.Value], PerPage = 3, Page = number }, CancellationToken.None);
    }

    [Fact]
    public async Task A_position_of_another_order_or_of_nobody_is_refused()
    {
        await Stored("x", TaskPhase.Running, 1, 1);
        await Stored("x", TaskPhase.Running, 2, 2);
        var next = (await rows.Page(new RowQuery { Apps = [app.Value], PerPage = 1 }, CancellationToken.None)).Next;

        await Assert.ThrowsAsync<FormatException>(() => rows.Page(new RowQuery { Order = RowOrder.Name, After = next }, CancellationToken.None));
        await Assert.ThrowsAsync<FormatException>(() => rows.Page(new RowQuery { After = "nonsense!" }, CancellationToken.None));
    }

    [Fact]
    public async Task A_total_follows_new_rows_without_being_asked_to_count()
    {
        await Stored("x", TaskPhase.Running, 1, 1);
        await Stored("x", TaskPhase.Running, 2, 2);
        var query = new RowQuery { Apps = [app.Value], PerPage = 1 };
        Assert.Equal(2, (await rows.Page(query, CancellationToken.None)).Total);
        await Stored("x", TaskPhase.Running, 3, 3);

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        long total;
        do
        {
            total = (await rows.Page(query, patience.Token)).Total;
        }
        while (total != 3);

        Assert.Equal(3, total);
    }

    [Fact]
    public async Task Pending_tasks_come_oldest_first_then_by_sequence_id()
    {
        var second = await Stored("x", TaskPhase.Pending, 2, 0);
        var first = await Stored("x", TaskPhase.Pending, 1, 0);
        var third = await Stored("x", TaskPhase.Pending, 1, 1);
        await Stored("x", TaskPhase.Running, 9, 0);

        var pending = (await works.Pending(CancellationToken.None)).Where(task => task.App == app);

        Assert.Equal([first, second, third], pending.Select(task => task.Work));
    }

    [Fact]
    public async Task A_cell_has_the_attempts_that_run_or_are_being_stopped_on_it()
    {
        var cell = $"cell-{Guid.NewGuid():N}";
        var running = A.Task(app, phase: TaskPhase.Running, cell: cell);
        var canceling = A.Task(app, phase: TaskPhase.Canceling, cell: cell);
        var elsewhere = A.Task(app, phase: TaskPhase.Running, cell: "elsewhere");
        foreach (var task in new[] { running, canceling, elsewhere, A.Task(app) })
        {
            await silo.Write(task);
        }

        var attempts = await works.OnCell(new CellId(cell), CancellationToken.None);

        Assert.Equal(new[] { running.State.Key, canceling.State.Key }.ToHashSet(), attempts.Select(attempt => attempt.Attempt).ToHashSet());
        Assert.All(attempts, attempt => Assert.Equal(cell, attempt.Cell?.Name));
    }

    [Fact]
    public async Task Due_tasks_are_those_whose_time_has_passed_the_most_overdue_first()
    {
        var day = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero); // Long before all other tests.
        var late = A.Task(app, wakeAt: day.AddSeconds(2));
        var later = A.Task(app, wakeAt: day.AddSeconds(1));
        var future = A.Task(app, wakeAt: day.AddSeconds(4));
        foreach (var task in new[] { late, later, future, A.Task(app) })
        {
            await silo.Write(task);
        }

        Assert.Equal([later.State.Work, late.State.Work], await works.Due(day.AddSeconds(3), 10, CancellationToken.None));
        Assert.Equal([later.State.Work], await works.Due(day.AddSeconds(3), 1, CancellationToken.None));
    }

    [Fact]
    public async Task The_current_attempt_is_what_the_row_says_now()
    {
        var task = A.Task(app, phase: TaskPhase.Running, cell: "cell-1");
        var state = await silo.Write(task);
        var before = await works.Current(task.State.Work, CancellationToken.None);
        state.State = new TaskDocument { State = task.State with { Phase = TaskPhase.Pending, Cell = null } };
        await silo.Storage.WriteStateAsync(TaskDocument.Kind, StorageSilo.Id(TaskDocument.Kind, task.State.Id.Value), state);

        var after = await works.Current(task.State.Work, CancellationToken.None);

        Assert.Equal(new AttemptRow(task.State.Key, new CellId("cell-1"), true, false), before);
        Assert.Equal(new AttemptRow(task.State.Key, null, false, false), after);
        Assert.Null(await works.Current(Guid.NewGuid(), CancellationToken.None));
    }

    [Fact]
    public async Task Instances_are_listed_apart_from_tasks_and_wait_and_run_beside_them()
    {
        var cell = $"cell-{Guid.NewGuid():N}";
        var (waiting, running) = (A.Instance(app, 0, InstancePhase.Pending), A.Instance(app, 1, InstancePhase.Running, cell));
        var (due, stopping) = (A.Instance(app, 2, InstancePhase.Failed, wakeAt: A.Noon), A.Instance(app, 3, InstancePhase.Canceling, cell));
        foreach (var instance in new[] { waiting, running, due, stopping })
        {
            await silo.Write(InstanceDocument.Kind, instance.State.Id.Value, instance);
        }

        var task = await Stored("worker", TaskPhase.Pending, 1, 0);

        await AssertListed(new RowQuery(), task);
        Assert.Equal([0, 1, 2, 3], (await silo.Services.GetRequiredService<IRows<InstanceState>>().Page(new RowQuery { Apps = [app.Value], Names = ["worker"] }, CancellationToken.None)).Items.Select(each => each.Index).Order());
        Assert.Equal(new[] { task, waiting.State.Work }.ToHashSet(), (await works.Pending(CancellationToken.None)).Where(each => each.App == app).Select(each => each.Work).ToHashSet());
        Assert.Equal(new[] { running.State.Key, stopping.State.Key }.ToHashSet(), (await works.OnCell(new CellId(cell), CancellationToken.None)).Select(each => each.Attempt).ToHashSet());
        Assert.Contains(due.State.Work, await works.Due(A.Noon, 1000, CancellationToken.None));
        Assert.Contains(stopping.State.Work, await works.Canceling(CancellationToken.None));
        Assert.Equal(new AttemptRow(running.State.Key, new CellId(cell), true, false), await works.Current(running.State.Work, CancellationToken.None));
        Assert.Equal(running.State.Spec!.Command, (await works.Find(running.State.Work, CancellationToken.None))?.Runs?.Command);
        Assert.Equal(
            new[] { new HeldCell(running.State.Work, new ProcessKey(app, "worker"), new CellId(cell)), new HeldCell(stopping.State.Work, new ProcessKey(app, "worker"), new CellId(cell)) }.ToHashSet(),
            (await works.Instances(CancellationToken.None)).Where(each => each.Process.App == app).ToHashSet());
    }

    [Fact]
    public async Task An_app_of_which_instances_have_to_be_told_is_due()
    {
        var apps = silo.Services.GetRequiredService<IAppRows>();
        var (due, settled) = (A.App("due", Guid.NewGuid()), A.App("settled", Guid.NewGuid()));
        due.State = due.State with { WakeAt = A.Noon };
        await silo.Write(AppDocument.Kind, due.State.Id.Value, due);
        await silo.Write(AppDocument.Kind, settled.State.Id.Value, settled);

        Assert.Equal([due.State.Id], await apps.Due(A.Noon, 10, CancellationToken.None));
        Assert.Empty(await apps.Due(A.Noon.AddSeconds(-1), 10, CancellationToken.None));
    }

    private static LabelRequirement Requirement(LabelRelation relation, string key, params string[] values) => new(key, relation, [.. values]);

    private static RowQuery With(LabelRelation relation, string key, params string[] values) => new() { Labels = [Requirement(relation, key, values)] };

    private async Task<Guid> Stored(string name, TaskPhase phase, int sequence, int minute, AppId? owner = null, params (string, string)[] labels)
    {
        var task = A.Task(owner ?? app, name, phase, sequence, A.Noon.AddMinutes(minute), labels: labels);
        await silo.Write(task);
        return task.State.Id.Value;
    }

    private async Task AssertListed(RowQuery query, params Guid[] expected)
    {
        var page = await rows.Page(query.Apps is null ? query with { Apps = [app.Value] } : query, CancellationToken.None);
        Assert.Equal(expected, page.Items.Select(task => task.Id.Value));
        Assert.Equal(expected.Length, page.Total);
    }

    private async Task<TState> One<TState>(RowQuery query) =>
        Assert.Single((await silo.Services.GetRequiredService<IRows<TState>>().Page(query, CancellationToken.None)).Items);
}
