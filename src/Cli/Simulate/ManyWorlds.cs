using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Granary.Cli.Output;
using Granary.Simulator;
using Granary.Simulator.Plans;

namespace Granary.Cli.Simulate;

/// <summary>Runs worlds from many seeds on all cores, until one breaks a promise.</summary>
internal static class ManyWorlds
{
    /// <summary>Lines of the event log that are shown of a world that broke a promise.</summary>
    private const int LogLines = 40;

    /// <summary>Worlds after which it is remembered how far a run came.</summary>
    private const int ChunkMax = 2_000;

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(1);

    /// <param name="resumption">Remembers how far it came; null for a run that is made at once.</param>
    public static int Run(Terminal terminal, Scenario scenario, SeedRange seeds, string? shrunk, Resumption? resumption, CancellationToken cancellation)
    {
        var left = resumption?.Left(seeds) ?? seeds;
        var totals = new Totals();
        for (var at = 0; at < left.Count; at += ChunkMax)
        {
            var some = new SeedRange(left.First + (ulong)at, Math.Min(ChunkMax, left.Count - at));
            if (FirstBroken(scenario, some, totals, left.Count, cancellation) is { } broken)
            {
                Progress.Clear();
                return ShowBroken(terminal, scenario.Plan(broken), shrunk);
            }

            resumption?.Done(some.First + (ulong)some.Count);
        }

        Progress.Clear();
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{totals.Worlds} worlds from seed {left.First} kept every promise: {totals.Tasks} tasks, {totals.Losses} attempts lost with their infrastructure; {totals.Seconds / 3600:0.0} h of the worlds in {totals.Watch.Elapsed.TotalSeconds:0.0} s"));
        return ExitCode.Done;
    }

    /// <summary>The first seed among these whose world breaks a promise; null when none does.</summary>
    private static ulong? FirstBroken(Scenario scenario, SeedRange seeds, Totals totals, int all, CancellationToken cancellation)
    {
        var failed = new ConcurrentBag<ulong>();
        Parallel.For(0, seeds.Count, new ParallelOptions { CancellationToken = cancellation }, (number, loop) =>
        {
            if (loop.LowestBreakIteration < number)
            {
                return;
            }

            var end = World.Run(scenario.Plan(seeds.First + (ulong)number));
            if (!end.Violations.IsEmpty)
            {
                failed.Add(end.Seed);
                loop.Break(); // Those before it are still run, so that the first is found.
            }

            totals.Add(end, all);
        });
        return failed.IsEmpty ? null : failed.Min();
    }

    /// <summary>Runs a world once more, and shows what it broke and what came before.</summary>
    /// <param name="shrunk">Where a small world that breaks the same promise is written; null for nowhere.</param>
    public static int ShowBroken(Terminal terminal, Plan plan, string? shrunk)
    {
        var end = World.Run(plan, new WorldOptions { Tells = true });
        foreach (var line in end.Log.TakeLast(LogLines))
        {
            terminal.Line(line);
        }

        terminal.Line();
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"Seed {end.Seed} broke a promise:"));
        foreach (var violation in end.Violations)
        {
            terminal.Line(violation);
        }

        if (shrunk is not null)
        {
            Written.To(shrunk, PlanText.Write(Shrinker.Shrink(plan, other => Promises(World.Run(other)).Overlaps(Promises(end))), $"Broken by seed {plan.Seed}, and shrunk:\n{end.Violations[0]}"));
            terminal.Line($"A small world that breaks the same promise is in {shrunk}.");
        }

        return ExitCode.Failed;
    }

    private static HashSet<string> Promises(WorldEnd end) => [.. end.Violations.Select(each => each.Split(':')[0])];

    private sealed class Totals
    {
        private readonly Lock gate = new();
        private TimeSpan told;

        public Stopwatch Watch { get; } = Stopwatch.StartNew();

        public int Worlds { get; private set; }

        public long Tasks { get; private set; }

        public long Losses { get; private set; }

        public double Seconds { get; private set; }

        public void Add(WorldEnd end, int all)
        {
            lock (gate)
            {
                Worlds++;
                Tasks += end.Report.Tasks;
                Losses += end.Report.Losses;
                Seconds += end.Lasted.TotalSeconds;
                if (Watch.Elapsed - told >= ProgressEvery)
                {
                    told = Watch.Elapsed;
                    Progress.Show(string.Create(CultureInfo.InvariantCulture, $"{Worlds} of {all} worlds, {Worlds / Watch.Elapsed.TotalSeconds:0} a second"));
                }
            }
        }
    }
}
