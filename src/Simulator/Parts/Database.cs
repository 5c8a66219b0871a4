using System.Collections.Immutable;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Core.Placement;
using Granary.Core.Tasks;

namespace Granary.Simulator.Parts;

/// <summary>A task's row and the version that a write must name.</summary>
internal readonly record struct TaskRow(TaskState Task, long Version);

/// <summary>
/// The one database: it carries out what arrives, one after another. While it hangs, what arrived waits and is carried out late, when nobody waits for it any
/// more; while it is down nothing arrives. An answer may be lost like any message.
/// </summary>
internal sealed class Database(World world)
{
    public const string Name = "database";

    private readonly Queue<Action> waiting = new();
    private readonly SortedDictionary<Guid, TaskRow> tasks = [];
    private readonly SortedDictionary<string, LeaseState> leases = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (CellSnapshot Cell, TimeSpan At)> views = new(StringComparer.Ordinal);

    public bool IsDown { get; set; }

    public bool Hangs { get; private set; }

    public Roster Roster { get; private set; } = Roster.Empty;

    public IEnumerable<TaskRow> Tasks => tasks.Values;

    public IEnumerable<LeaseState> Leases => leases.Values;

    public void Hang() => Hangs = true;

    public void GoOn()
    {
        Hangs = false;
        while (waiting.TryDequeue(out var work))
        {
            work();
        }
    }

    /// <summary>Sends work from a process; the answer comes back to it, or never.</summary>
    public void Ask<T>(Process from, Func<T> work, Action<T> answered) => world.Network.Send(from.Host.Name, Name, () =>
    {
        if (IsDown)
        {
            return;
        }

        if (Hangs)
        {
            waiting.Enqueue(Work);
            return;
        }

        Work();

        void Work()
        {
            var answer = work();
            world.Network.Send(Name, from.Host.Name, () => from.Receive(() => answered(answer)));
        }
    });

    public (bool IsDone, LeaseState Lease, Roster Roster) Write(CellId cell, LeaseEvent @event)
    {
        var before = Lease(cell);
        var decision = LeaseMachine.Decide(before, Roster, @event);
        world.Require(LeaseInvariants.Check(before, decision));
        leases[cell.Name] = decision.Next;
        foreach (var effect in decision.Effects)
        {
            Roster = effect switch
            {
                LeaseEffect.JoinRoster join => Roster.Join(join.Member),
                LeaseEffect.LeaveRoster leave => Roster.Leave(leave.Member),
                _ => Roster,
            };
        }

        if (decision.Changes && @event is not (LeaseEvent.Renewed or LeaseEvent.ServingSaid))
        {
            world.Tell("database", $"the lease of {cell}: {@event} makes it {decision.Next.Standing}, epoch {decision.Next.Epoch}, number {decision.Next.Number}");
        }

        return (decision.Changes, decision.Next, Roster);
    }

    public LeaseState Lease(CellId cell) => leases.TryGetValue(cell.Name, out var lease) ? lease : new LeaseState { Cell = cell };

    public void Say(CellSnapshot cell) => views[cell.Id.Name] = (cell, world.Agenda.Now);

    public TaskRow? Task(Guid id) => tasks.TryGetValue(id, out var row) ? row : null;

    /// <summary>Writes a task if its row has the version that was read; 0 for a row that is not there yet.</summary>
    public bool Write(TaskState task, long version)
    {
        if ((Task(task.Id.Value)?.Version ?? 0) != version)
        {
            return false;
        }

        tasks[task.Id.Value] = new TaskRow(task, version + 1);
        world.Tell("database", $"task {task.SequenceId}: {(task.Story.Entries.IsEmpty ? task.Phase.ToString() : task.Story.Entries[^1].Text)}");
        return true;
    }

    public ImmutableArray<TaskRow> Unfinished() => [.. tasks.Values.Where(row => !row.Task.IsFinished)];

    public ImmutableArray<TaskState> OnCell(CellId cell) => [.. tasks.Values.Select(row => row.Task).Where(task => task.HoldsCell && task.Cell == cell)];

    /// <summary>Every cell as placement sees it: one whose lease is not held, or that has not spoken for a while, takes nothing.</summary>
    public ImmutableArray<CellSnapshot> Cells() => [.. views.Values.Select(each =>
        leases[each.Cell.Id.Name].Standing == LeaseStanding.Held && world.Agenda.Now - each.At < TimeSpan.FromSeconds(3)
            ? each.Cell
            : each.Cell with { Takes = false, WhyNot = "nobody serves it" })];
}
