using System.Collections.Immutable;
using System.Globalization;
using Granary.Cli.Output;
using Granary.Simulator;
using Granary.Simulator.Plans;
using Granary.Simulator.Reports;

namespace Granary.Cli.Simulate;

/// <summary>Runs two variants of a scenario in the same worlds, and shows what differs, with its spread over the seeds.</summary>
internal static class Comparing
{
    private static readonly ImmutableArray<(string Name, Func<WorldReport, double> Of)> Figures =
    [
        ("tasks succeeded", report => report.Outcomes.GetValueOrDefault("succeeded")),
        ("attempts", report => report.Attempts),
        ("attempts lost", report => report.Losses),
        ("restarts avoided", report => report.RestartsAvoided),
        ("time lost, s", report => report.TimeLost.TotalSeconds),
        ("rescheduling p50, s", report => report.Rescheduling.Half.TotalSeconds),
        ("rescheduling max, s", report => report.Rescheduling.Longest.TotalSeconds),
        ("waiting p50, s", report => report.Waiting.Half.TotalSeconds),
        ("waiting p99, s", report => report.Waiting.NinetyNine.TotalSeconds),
        ("waiting max, s", report => report.Waiting.Longest.TotalSeconds),
        ("memory in use, %", report => report.Use.IsEmpty ? 0 : report.Use.Average(each => each.Part) * 100),
    ];

    public static int Run(Terminal terminal, Scenario scenario, string[] variants, SeedRange seeds, CancellationToken cancellation)
    {
        var (left, right) = (Variant(scenario, variants[0]), Variant(scenario, variants[1]));
        var reports = new (WorldReport Left, WorldReport Right)[seeds.Count];
        Parallel.For(0, seeds.Count, new ParallelOptions { CancellationToken = cancellation }, number =>
        {
            var seed = seeds.First + (ulong)number;
            reports[number] = (World.Run(left.Plan(seed)).Report, World.Run(right.Plan(seed)).Report);
        });
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{seeds.Count} worlds each, from seed {seeds.First}: the middle one, and in brackets from where to where 8 of 10 lie"));
        terminal.Line();
        var listing = new Listing(terminal, "", variants[0], variants[1], "difference");
        foreach (var (name, of) in Figures)
        {
            listing.Add(name, Spread(reports.Select(each => of(each.Left))), Spread(reports.Select(each => of(each.Right))), Spread(reports.Select(each => of(each.Right) - of(each.Left))));
        }

        listing.Show();
        return ExitCode.Done;
    }

    /// <summary>For example cells=7,grace=10s: counts that are lines of their own, and policies.</summary>
    private static Scenario Variant(Scenario scenario, string text)
    {
        foreach (var setting in text.Split(','))
        {
            var line = setting.Split('=') switch
            {
                ["cells" or "silos" or "tasks" or "apps", _] => setting.Replace('=', ' '),
                [_, _] => $"policy {setting}",
                _ => throw new FailureException($"--compare {text}: a variant is settings such as cells=7 or grace=10s,losses=3.", isUsage: true),
            };
            (scenario, var faults) = ScenarioText.Add(line.StartsWith("tasks", StringComparison.Ordinal) ? scenario with { Tasks = [] } : scenario, line);
            if (!faults.IsEmpty)
            {
                throw new FailureException($"--compare {text}: {string.Join('\n', faults)}", isUsage: true);
            }
        }

        return scenario;
    }

    private static string Spread(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Length / 2]:0.0} ({sorted[sorted.Length / 10]:0.0} to {sorted[sorted.Length - 1 - (sorted.Length / 10)]:0.0})");
    }
}
