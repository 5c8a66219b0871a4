using System.Collections.Immutable;
using Granary.Core.Cells;

namespace Granary.Simulator.Plans;

/// <summary>Draws a plan: how many of what, when and where.</summary>
internal sealed class PlanDraw(Scenario scenario, Chance chance)
{
    /// <summary>What has no room for long is mended in this time even where a scenario does not say when.</summary>
    private static readonly TimeSpan MendedByDefault = TimeSpan.FromSeconds(60);

    public Plan Draw(ulong seed)
    {
        var cells = scenario.ExactCells.IsEmpty ? DrawCells() : scenario.ExactCells;
        var tasks = scenario.ExactTasks.AddRange(scenario.Tasks.SelectMany(DrawTasks)).OrderBy(each => each.At).ToImmutableArray();
        var apps = scenario.ExactApps.AddRange(scenario.Apps.SelectMany(DrawApps));
        var mendedAt = scenario.MendedAt ?? Latest([MendedByDefault, tasks.IsEmpty ? TimeSpan.Zero : tasks[^1].At, .. scenario.Faults.Select(End)]);
        var faults = scenario.Faults.SelectMany(rule => DrawFaults(rule, cells, mendedAt)).OrderBy(each => each.At).ToImmutableArray();
        return new Plan(scenario.Seed ?? seed)
        {
            Cells = cells,
            Silos = Math.Max(1, scenario.Silos.Whole(chance)),
            Tasks = tasks,
            Apps = apps,
            Faults = faults,
            MendedAt = mendedAt,
            Messages = scenario.Messages,
            Policies = scenario.Policies,
        };
    }

    private static TimeSpan Latest(IEnumerable<TimeSpan> times) => times.Max();

    private static TimeSpan End(FaultRule rule) => rule.Every is null ? TimeSpan.FromSeconds(rule.At.Max + (rule.Lasts?.Max ?? 0)) : TimeSpan.Zero;

    private ImmutableArray<PlannedCell> DrawCells()
    {
        var drift = scenario.Policies.Lease.DriftMax;
        return [.. Enumerable.Range(0, Math.Max(1, scenario.Cells.Whole(chance))).Select(number => new PlannedCell(
            NameOf(number),
            new CellCapacity(scenario.CellMemoryMb.Whole(chance), scenario.CellDiskMb.Whole(chance)),
            scenario.Candidates.Whole(chance),
            1 - drift + (2 * drift * chance.Part()),
            chance.Seconds(0, 1000),
            chance.Seconds(-scenario.SkewMax, scenario.SkewMax))
        {
            JoinsAt = number > 0 && chance.Happens(scenario.Joining) ? chance.Seconds(5, 40) : TimeSpan.Zero,
            Segment = scenario.Segments.IsEmpty ? null : scenario.Segments[number % scenario.Segments.Length],
        })];
    }

    /// <summary>cell-a to cell-z, then cell-27.</summary>
    private static string NameOf(int number) => number < 26 ? $"cell-{(char)('a' + number)}" : FormattableString.Invariant($"cell-{number + 1}");

    private IEnumerable<PlannedTask> DrawTasks(TaskMix mix)
    {
        var count = mix.Count.Whole(chance);
        for (var number = 0; number < count; number++)
        {
            yield return DrawTask(mix);
        }
    }

    private PlannedTask DrawTask(TaskMix mix)
    {
        var at = mix.At.Time(chance);
        var task = new PlannedTask(at, mix.Lasts.Time(chance), 0, mix.MemoryMb.Whole(chance))
        {
            LossesMax = scenario.Policies.LossesMax ?? mix.LossesMax.Whole(chance),
            RetriesMax = scenario.Policies.RetriesMax ?? mix.RetriesMax.Whole(chance),
            FailsOnLoss = chance.Happens(mix.FailOnLoss),
            CancelAt = chance.Happens(mix.Cancelled) ? at + chance.Seconds(0, 30) : null,
            Deadline = chance.Happens(mix.HaveDeadline) ? chance.Seconds(5, 60) : null,
            Segment = mix.Segment,
        };
        if (chance.Happens(mix.Hang))
        {
            return task with { Hangs = true, Deadline = task.CancelAt is null ? task.Deadline ?? chance.Seconds(10, 60) : task.Deadline };
        }

        return chance.Happens(mix.RunOutOfMemory) ? task with { RunsOutOfMemory = true, ExitCode = 137 } : chance.Happens(mix.Fails) ? task with { ExitCode = chance.Number(1, 5) } : task;
    }

    private IEnumerable<PlannedApp> DrawApps(AppMix mix)
    {
        var count = mix.Count.Whole(chance);
        for (var number = 0; number < count; number++)
        {
            var at = mix.At.Time(chance);
            var instances = mix.Instances.Whole(chance);
            var changes = Enumerable.Range(0, mix.Changes.Whole(chance)).Select(_ => DrawChange(at, instances)).OrderBy(each => each.At).ToImmutableArray();
            yield return new PlannedApp(at, instances, mix.MemoryMb.Whole(chance), mix.CrashesAfter?.Time(chance), changes) { Segment = mix.Segment };
        }
    }

    private PlannedChange DrawChange(TimeSpan after, int instancesMax) => new(after + chance.Seconds(2, 45), chance.Of(Enum.GetValues<AppChange>()), chance.Number(0, instancesMax));

    private IEnumerable<PlannedFault> DrawFaults(FaultRule rule, ImmutableArray<PlannedCell> cells, TimeSpan mendedAt)
    {
        if (rule.Every is { } every)
        {
            for (var at = every; at < mendedAt; at += every)
            {
                yield return DrawFault(rule, at, cells);
            }

            yield break;
        }

        var count = rule.Count.Whole(chance);
        for (var number = 0; number < count; number++)
        {
            yield return DrawFault(rule, rule.At.Time(chance), cells);
        }
    }

    private PlannedFault DrawFault(FaultRule rule, TimeSpan at, ImmutableArray<PlannedCell> cells)
    {
        var kind = chance.Of(rule.Kinds);
        TimeSpan? lasts = rule.Lasts?.Time(chance);
        var amount = rule.Amount?.Draw(chance) ?? DrawAmount(kind);
        return new PlannedFault(kind, at, lasts, FaultKinds.IsOfCell(kind) ? rule.Cell.IsEmpty ? DrawTargets(kind, isOneCell: lasts is null || rule.Kinds.Length == 1, cells) : rule.Cell : [], amount);
    }

    /// <summary>One cell where somebody named the fault, or where it is for ever: the others must be able to go on. Else a cut may be of some of them, and now and then the power of all is lost at once.</summary>
    private ImmutableArray<string> DrawTargets(FaultKind kind, bool isOneCell, ImmutableArray<PlannedCell> cells) => kind switch
    {
        FaultKind.CutPair => [chance.Of(cells).Name, chance.Of(cells).Name],
        _ when isOneCell => [chance.Of(cells).Name],
        FaultKind.Cut when chance.Happens(0.5) && cells.Where(_ => chance.Happens(0.6)).Select(each => each.Name).ToImmutableArray() is { IsEmpty: false } some => some,
        FaultKind.KillCell when chance.Happens(0.1) => [.. cells.Select(each => each.Name)],
        _ => [chance.Of(cells).Name],
    };

    private double DrawAmount(FaultKind kind) => kind switch
    {
        FaultKind.KillEngine => chance.Number(0, 1),
        FaultKind.CutDatabase or FaultKind.CutPair => chance.Number(0, 2),
        FaultKind.SlowDatabase => chance.Of([0.2, 1, 3]),
        FaultKind.FailWrites => chance.Of([0.05, 0.3]),
        FaultKind.LoseMessages => chance.Of([0.01, 0.05, 0.3]),
        FaultKind.DelayMessages => chance.Of([0.1, 0.5]),
        FaultKind.DoubleMessages => chance.Of([0.05, 0.5]),
        _ => 0,
    };
}
