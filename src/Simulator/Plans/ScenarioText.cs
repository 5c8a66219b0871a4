using System.Collections.Immutable;
using System.Globalization;
using Granary.Core.Cells;
using Granary.Core.Leases;

namespace Granary.Simulator.Plans;

/// <summary>Reads scenario files, line by line, and what the command line says in the same words.</summary>
public static class ScenarioText
{
    private static readonly string[] Words = ["apps", "app", "cells", "cell", "faults", "mended", "messages", "policy", "seed", "silos", "tasks", "task"];

    /// <returns>The scenario and what is wrong with the text, a line of words each.</returns>
    public static (Scenario Scenario, ImmutableArray<string> Faults) Read(string text)
    {
        var (scenario, faults, number) = (new Scenario(), ImmutableArray.CreateBuilder<string>(), 0);
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.Split('#')[0].Trim() is { Length: > 0 } words)
            {
                (scenario, var wrong) = Add(scenario, words);
                faults.AddRange(wrong.Select(each => string.Create(CultureInfo.InvariantCulture, $"line {number}: {each}")));
            }
        }

        return (scenario, faults.ToImmutable());
    }

    /// <summary>The scenario with one more line.</summary>
    public static (Scenario Scenario, ImmutableArray<string> Faults) Add(Scenario before, string text)
    {
        var line = new ScenarioLine(text);
        var scenario = Add(before, line);
        return (scenario, [.. line.Faults]);
    }

    private static Scenario Add(Scenario scenario, ScenarioLine line)
    {
        switch (line.Word)
        {
            case "cells":
                return scenario with
                {
                    Cells = line.AboutCount("cells 5"),
                    CellMemoryMb = line.Sizes("memory") ?? scenario.CellMemoryMb,
                    CellDiskMb = line.Sizes("disk") ?? scenario.CellDiskMb,
                    Candidates = line.Counts("candidates") ?? scenario.Candidates,
                    Joining = line.Share("joining") ?? scenario.Joining,
                    Segments = line.Names("segments") is { IsEmpty: false } names ? [.. names.Select(CellSegment.Named)] : scenario.Segments,
                    SkewMax = line.Time("skew")?.TotalSeconds ?? scenario.SkewMax,
                };
            case "cell":
                return scenario with { ExactCells = scenario.ExactCells.Add(Cell(line)) };
            case "silos":
                return scenario with { Silos = line.AboutCount("silos 3") };
            case "tasks":
                return scenario with { Tasks = scenario.Tasks.Add(Mix(line)) };
            case "task":
                return scenario with { ExactTasks = scenario.ExactTasks.Add(Task(line)) };
            case "apps":
                return scenario with { Apps = scenario.Apps.Add(new AppMix(line.AboutCount("apps 1"), line.Counts("instances") ?? Amounts.Of(2), line.Sizes("memory") ?? Amounts.Of(64), line.Times("at") ?? Amounts.Of(3), line.Counts("changes") ?? Amounts.Of(0), line.Times("crashes-after")) { Segment = Segment(line) }) };
            case "app":
                return scenario with { ExactApps = scenario.ExactApps.Add(new PlannedApp(line.Time("at") ?? TimeSpan.Zero, line.Count("instances") ?? 2, line.Size("memory") ?? 64, line.Time("crashes-after"), Changes(line)) { Segment = Segment(line) }) };
            case "faults":
                return scenario with { Faults = scenario.Faults.Add(Rule(line, Kinds(line), line.AboutCount("faults 1..7"))) };
            case "messages":
                return scenario with { Messages = new MessageOdds(line.Share("lost") ?? scenario.Messages.Lost, line.Share("slow") ?? scenario.Messages.Slow, line.Share("doubled") ?? scenario.Messages.Doubled) };
            case "mended":
                return scenario with { MendedAt = line.AboutTime("mended 60s") };
            case "policy":
                return scenario with { Policies = Policy(scenario.Policies, line) };
            case "seed":
                return scenario with { Seed = ulong.TryParse(line.About, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : Wrong<ulong>(line, "seed 42") };
            default:
                if (FaultKinds.Of(line.Word) is { } kind)
                {
                    return scenario with { Faults = scenario.Faults.Add(Rule(line, [kind], line.About is null ? Amounts.Of(1) : line.AboutCount($"{line.Word} 2, or {line.Word} every=30s for=10s"))) };
                }

                line.Fault($"'{line.Word}' means nothing here: a line begins with {string.Join(", ", Words)}, or a fault: {string.Join(", ", FaultKinds.All.Select(FaultKinds.Word))}");
                return scenario;
        }
    }

    private static T? Wrong<T>(ScenarioLine line, string example)
        where T : struct
    {
        line.Fault($"'{line.Word} {line.About}': write {example}");
        return null;
    }

    private static string? Segment(ScenarioLine line) => line.Text("segment") is { } name ? CellSegment.Named(name) : null;

    private static PlannedCell Cell(ScenarioLine line)
    {
        if (line.About is null)
        {
            line.Fault("'cell' needs a name: cell cell-a memory=1G");
        }

        return new PlannedCell(
            line.About ?? "",
            new CellCapacity(line.Size("memory") ?? 1024, line.Size("disk") ?? 100_000),
            line.Count("candidates") ?? 1,
            (line.Strengths("rate") ?? Amounts.Of(1)).Max,
            line.Time("clock") ?? TimeSpan.Zero,
            (line.Time("ahead") ?? TimeSpan.Zero) - (line.Time("behind") ?? TimeSpan.Zero))
        {
            JoinsAt = line.Time("joins") ?? TimeSpan.Zero,
            Segment = Segment(line),
        };
    }

    private static TaskMix Mix(ScenarioLine line)
    {
        var plain = new TaskMix(line.AboutCount("tasks 60"));
        return plain with
        {
            At = line.Times("at") ?? plain.At,
            Lasts = line.Times("lasts") ?? plain.Lasts,
            MemoryMb = line.Sizes("memory") ?? plain.MemoryMb,
            Fails = line.Share("fail") ?? 0,
            RunOutOfMemory = line.Share("oom") ?? 0,
            Hang = line.Share("hang") ?? 0,
            Cancelled = line.Share("cancelled") ?? 0,
            HaveDeadline = line.Share("deadline") ?? 0,
            FailOnLoss = line.Share("never-moved") ?? 0,
            LossesMax = line.Counts("losses") ?? plain.LossesMax,
            RetriesMax = line.Counts("retries") ?? plain.RetriesMax,
            Segment = Segment(line),
        };
    }

    private static PlannedTask Task(ScenarioLine line)
    {
        var isOutOfMemory = line.Flag("oom");
        var plain = new PlannedTask(line.Time("at") ?? TimeSpan.Zero, line.Time("lasts") ?? TimeSpan.FromSeconds(1), line.Count("exit") ?? (isOutOfMemory ? 137 : 0), line.Size("memory") ?? 64);
        return plain with
        {
            RunsOutOfMemory = isOutOfMemory,
            Hangs = line.Flag("hangs"),
            CancelAt = line.Time("cancel"),
            Deadline = line.Time("deadline"),
            LossesMax = line.Count("losses") ?? plain.LossesMax,
            RetriesMax = line.Count("retries") ?? plain.RetriesMax,
            FailsOnLoss = line.Flag("never-moved"),
            Segment = Segment(line),
        };
    }

    /// <summary>For example changes=scale-3@10s|stop@20s.</summary>
    private static ImmutableArray<PlannedChange> Changes(ScenarioLine line)
    {
        var changes = ImmutableArray.CreateBuilder<PlannedChange>();
        foreach (var text in line.Names("changes"))
        {
            var parts = text.Split('@');
            var words = parts[0].Split('-');
            if (parts.Length == 2 && Units.Time(parts[1]) is { } at && Enum.TryParse<AppChange>(words[0], ignoreCase: true, out var change) && (words.Length == 2 ? Units.Count(words[1]) : 0) is { } instances)
            {
                changes.Add(new PlannedChange(Units.Exactly(at), change, (int)instances));
            }
            else
            {
                line.Fault($"changes={text}: it is scale-N@TIME, restart@TIME, stop@TIME or start@TIME, for example scale-3@10s|stop@20s");
            }
        }

        return changes.ToImmutable();
    }

    private static ImmutableArray<FaultKind> Kinds(ScenarioLine line)
    {
        var words = line.Names("kinds");
        if (words.IsEmpty || words is ["all"])
        {
            return FaultKinds.All;
        }

        foreach (var word in words.Where(word => FaultKinds.Of(word) is null))
        {
            line.Fault($"kinds={word}: the kinds are all, {string.Join(", ", FaultKinds.All.Select(FaultKinds.Word))}");
        }

        return [.. words.Select(FaultKinds.Of).OfType<FaultKind>()];
    }

    private static FaultRule Rule(ScenarioLine line, ImmutableArray<FaultKind> kinds, Amounts count)
    {
        var isForEver = line.Text("for") == "ever";
        return new FaultRule(kinds, count, line.Times("at") ?? Amounts.Of(4, 50), line.Time("every"), isForEver ? null : line.Times("for") ?? Amounts.Of(10), line.Names("cell"), line.Strengths("amount"));
    }

    private static Policies Policy(Policies before, ScenarioLine line)
    {
        var lease = before.Lease with
        {
            ServingGrace = line.Time("grace") ?? before.Lease.ServingGrace,
            StopAfter = line.Time("stop-after") ?? before.Lease.StopAfter,
            LapseAfter = line.Time("lapse-after") ?? before.Lease.LapseAfter,
            Outage = line.Choice("outage", ("hold", OutageRule.Hold), ("stop", OutageRule.Stop)) ?? before.Lease.Outage,
        };
        foreach (var fault in lease.Faults())
        {
            line.Fault(fault);
        }

        return before with
        {
            Lease = lease,
            KeepRoomAfter = line.Time("keep-room") ?? before.KeepRoomAfter,
            StopGrace = line.Time("stop-grace") ?? before.StopGrace,
            Placement = line.Choice("placement", ("spread", PlacementStrategy.Spread), ("pack", PlacementStrategy.Pack)) ?? before.Placement,
            LossesMax = line.Count("losses") ?? before.LossesMax,
            RetriesMax = line.Count("retries") ?? before.RetriesMax,
        };
    }
}
