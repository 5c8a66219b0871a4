using System.Globalization;
using System.Text;

namespace Granary.Simulator.Plans;

/// <summary>Writes a plan as a scenario in which nothing is left to draw, so that a world can be kept, read and changed.</summary>
public static class PlanText
{
    public static string Write(Plan plan, string about)
    {
        var text = new StringBuilder();
        foreach (var line in about.Split('\n'))
        {
            Line(text, $"# {line}");
        }

        Line(text, $"seed {plan.Seed}");
        Line(text, $"silos {plan.Silos}");
        Line(text, $"messages lost={Share(plan.Messages.Lost)} slow={Share(plan.Messages.Slow)} doubled={Share(plan.Messages.Doubled)}");
        if (Policy(plan.Policies) is { Length: > 0 } policy)
        {
            Line(text, $"policy{policy}");
        }

        foreach (var cell in plan.Cells)
        {
            var skew = cell.Skew == TimeSpan.Zero ? "" : cell.Skew > TimeSpan.Zero ? $" ahead={Units.OfTime(cell.Skew)}" : $" behind={Units.OfTime(-cell.Skew)}";
            var joins = cell.JoinsAt == TimeSpan.Zero ? "" : $" joins={Units.OfTime(cell.JoinsAt)}";
            Line(text, $"cell {cell.Name} memory={cell.Capacity.MemoryMb}M disk={cell.Capacity.DiskMb}M candidates={cell.Candidates} rate={Units.OfNumber(cell.Rate)} clock={Units.OfTime(cell.ClockAtStart)}{skew}{joins}{Segment(cell.Segment)}");
        }

        foreach (var task in plan.Tasks)
        {
            Line(text, $"task at={Units.OfTime(task.At)} lasts={Units.OfTime(task.Lasts)} exit={task.ExitCode} memory={task.MemoryMb}M losses={task.LossesMax} retries={task.RetriesMax}{Extras(task)}");
        }

        foreach (var app in plan.Apps)
        {
            var crashes = app.CrashesAfter is { } after ? $" crashes-after={Units.OfTime(after)}" : "";
            var changes = app.Changes.IsEmpty ? "" : $" changes={string.Join('|', app.Changes.Select(Change))}";
            Line(text, $"app at={Units.OfTime(app.At)} instances={app.Instances} memory={app.MemoryMb}M{crashes}{changes}{Segment(app.Segment)}");
        }

        foreach (var fault in plan.Faults)
        {
            var cells = fault.Cells.IsEmpty ? "" : $" cell={string.Join('|', fault.Cells)}";
            Line(text, $"{FaultKinds.Word(fault.Kind)} at={Units.OfTime(fault.At)} for={(fault.Lasts is { } lasts ? Units.OfTime(lasts) : "ever")}{cells} amount={Units.OfNumber(fault.Amount)}");
        }

        Line(text, $"mended {Units.OfTime(plan.MendedAt)}");
        return text.ToString();
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Share(double part) => $"{Units.OfNumber(part * 100)}%";

    private static string Extras(PlannedTask task) => string.Concat(
        task.RunsOutOfMemory ? " oom=yes" : "",
        task.Hangs ? " hangs=yes" : "",
        task.FailsOnLoss ? " never-moved=yes" : "",
        task.CancelAt is { } cancelAt ? $" cancel={Units.OfTime(cancelAt)}" : "",
        task.Deadline is { } deadline ? $" deadline={Units.OfTime(deadline)}" : "",
        Segment(task.Segment));

    private static string Segment(string? name) => name is null ? "" : $" segment={name}";

    private static string Change(PlannedChange change)
    {
        var word = change.Change.ToString().ToLowerInvariant();
        return FormattableString.Invariant($"{word}{(change.Change == AppChange.Scale ? $"-{change.Instances}" : "")}@{Units.OfTime(change.At)}");
    }

    /// <summary>What differs from the default. Losses and retries are in the tasks.</summary>
    private static string Policy(Policies policies)
    {
        var (lease, plain) = (policies.Lease, Policies.Default);
        return string.Concat(
            lease.ServingGrace == plain.Lease.ServingGrace ? "" : $" grace={Units.OfTime(lease.ServingGrace)}",
            lease.StopAfter == plain.Lease.StopAfter ? "" : $" stop-after={Units.OfTime(lease.StopAfter)}",
            lease.LapseAfter == plain.Lease.LapseAfter ? "" : $" lapse-after={Units.OfTime(lease.LapseAfter)}",
            lease.Outage == plain.Lease.Outage ? "" : $" outage={lease.Outage.ToString().ToLowerInvariant()}",
            policies.KeepRoomAfter == plain.KeepRoomAfter ? "" : $" keep-room={Units.OfTime(policies.KeepRoomAfter)}",
            policies.StopGrace == plain.StopGrace ? "" : $" stop-grace={Units.OfTime(policies.StopGrace)}",
            policies.Placement == plain.Placement ? "" : $" placement={policies.Placement.ToString().ToLowerInvariant()}");
    }
}
