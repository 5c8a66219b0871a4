using System.Collections.Immutable;
using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Tasks;
using Granary.Simulator.Parts;
using Granary.Simulator.Plans;

namespace Granary.Simulator.Reports;

/// <summary>Counts while the world goes on, so that its memory does not grow with what has happened.</summary>
internal sealed class ReportMaking(World world, bool keepsTimeline)
{
    private readonly SortedDictionary<string, int> outcomes = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, TimeSpan> lostAt = [];
    private readonly List<TimeSpan> rescheduling = [];
    private readonly List<TimeSpan> waiting = [];
    private readonly List<Used> use = [];
    private readonly List<Mark> marks = [];
    private readonly SortedDictionary<(TimeSpan, Guid, int), Bar> bars = [];
    private readonly double capacityMb = world.Plan.Cells.Sum(each => (double)each.Capacity.MemoryMb);
    private double usedMb;
    private int attempts;
    private int losses;
    private int adopted;
    private TimeSpan timeLost;
    private TimeSpan worstBeyond = TimeSpan.MinValue;
    private TaskState? worst;

    public int TasksEnded { get; private set; }

    private int Unconfirmed => world.Witness.Excused.Count;

    public void Started(AttemptKey attempt, Host host)
    {
        attempts++;
        usedMb += world.Clients.MemoryOf(attempt.Work);
        if (lostAt.Remove(attempt.Work, out var at))
        {
            rescheduling.Add(world.Agenda.Now - at);
        }

        if (world.Witness.StartsOf(attempt.Work) == 1 && world.Clients.SubmittedAt(attempt.Work) is { } submittedAt)
        {
            waiting.Add(world.Agenda.Now - submittedAt);
        }

        if (keepsTimeline)
        {
            bars[(world.Agenda.Now, attempt.Work, attempt.Number)] = new Bar(host.Cell.Name, world.Clients.NameOf(attempt.Work), attempt.Number, world.Agenda.Now, null, "", 0);
        }
    }

    public void Ended(Container container)
    {
        usedMb -= world.Clients.MemoryOf(container.Attempt.Work);
        var isLost = container.Cause is EndCause.TheEngine or EndCause.TheWarden;
        if (isLost)
        {
            losses++;
            timeLost += world.Agenda.Now - container.StartedAt;
            lostAt[container.Attempt.Work] = world.Agenda.Now;
        }

        var key = (container.StartedAt, container.Attempt.Work, container.Attempt.Number);
        if (bars.TryGetValue(key, out var bar))
        {
            bars[key] = bar with { End = world.Agenda.Now, How = isLost ? "lost" : container.Cause == EndCause.OurStop ? "stopped" : "itself", ExitCode = container.ExitCode };
        }
    }

    public void Adopted() => adopted++;

    public void TaskEnded(TaskState task)
    {
        if (world.Database.Works.Find(task.Work)?.Work is TaskState { IsFinished: true })
        {
            return; // Its story gained a doubt.
        }

        TasksEnded++;
        lostAt.Remove(task.Work);
        var outcome = task.Phase == TaskPhase.Succeeded ? "succeeded" : Failure(task.FailureReason!);
        outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        var plan = world.Clients.PlanOf(task.Id);
        var beyond = world.Agenda.Now - plan.At - (plan.Hangs ? plan.Deadline ?? TimeSpan.Zero : plan.Lasts);
        if (beyond > worstBeyond)
        {
            (worstBeyond, worst) = (beyond, task);
        }
    }

    public void Fault(PlannedFault fault, TimeSpan at)
    {
        if (keepsTimeline)
        {
            marks.Add(new Mark(at, fault.Kind is FaultKind.KillSilo or FaultKind.KillWarden || fault.Lasts is null ? null : fault.End(world.Plan.MendedAt), FaultKinds.Word(fault.Kind), fault.Cells));
        }
    }

    public void Sample() => use.Add(new Used(world.Agenda.Now, capacityMb > 0 ? usedMb / capacityMb : 0));

    public WorldReport Make(TimeSpan lasted) => new(
        outcomes.ToImmutableSortedDictionary(StringComparer.Ordinal),
        world.Plan.Tasks.Length,
        attempts,
        losses,
        Unconfirmed,
        adopted,
        timeLost,
        Times.Of(rescheduling),
        Times.Of(waiting),
        Thinned(),
        worst is null ? null : new WorstTask(worst.SequenceId, worstBeyond, [.. worst.Story.Entries.Select(Line)]),
        new Timeline([.. world.Hosts.Select(each => each.Cell.Name)], [.. bars.Values], [.. marks], lasted));

    private static string Failure(string reason) =>
        reason == TaskMachine.Cancelled ? "cancelled"
        : reason.StartsWith("deadline", StringComparison.Ordinal) ? "failed: deadline passed"
        : reason.StartsWith("lost", StringComparison.Ordinal) ? "failed: lost too often"
        : reason.Contains("not to be moved", StringComparison.Ordinal) ? "failed: lost, and not to be moved"
        : reason.Contains("out of memory", StringComparison.Ordinal) ? "failed: out of memory"
        : "failed: exit status";

    private static string Line(Core.Stories.StoryEntry entry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(entry.At - World.Instant(TimeSpan.Zero)).TotalSeconds,8:0.000}  {entry.Text}");

    /// <summary>At most as many values as a page is wide.</summary>
    private ImmutableArray<Used> Thinned()
    {
        const int Max = 240;
        var step = Math.Max(1, (use.Count + Max - 1) / Max);
        return [.. use.Chunk(step).Select(some => new Used(some[0].At, some.Average(each => each.Part)))];
    }
}
