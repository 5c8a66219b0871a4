using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Granary.Cli.Output;
using Granary.Simulator;
using Granary.Simulator.Plans;
using Granary.Simulator.Reports;

namespace Granary.Cli.Simulate;

/// <summary>Runs one world and reports on it.</summary>
/// <param name="Html">Where a page is written; null for nowhere.</param>
/// <param name="Log">Where the event log is written; null for nowhere.</param>
/// <param name="Shrunk">Where a small world is written if this one breaks a promise; null for nowhere.</param>
internal sealed record OneWorld(string Name, Plan Plan, string? Html, string? Log, string? Shrunk, bool InJson)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public int Run(Terminal terminal, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var end = World.Run(Plan, new WorldOptions
        {
            Tells = Log is not null,
            KeepsTimeline = Html is not null,
            Progress = (at, ended) =>
            {
                cancellation.ThrowIfCancellationRequested();
                Progress.Show(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds:0} s of the world, {ended} of {Plan.Tasks.Length} tasks have ended"));
            },
        });
        var took = watch.Elapsed;
        Progress.Clear();
        Files(end);
        if (InJson)
        {
            terminal.Json(JsonSerializer.SerializeToElement(Figures(end, took), Json));
        }
        else
        {
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{Name}, seed {Plan.Seed}: {Plan.Cells.Length} cells, {Plan.Tasks.Length} tasks, {Plan.Apps.Length} apps, {FaultsInWords()}"));
            terminal.Line();
            foreach (var line in ReportText.Lines(end, took))
            {
                terminal.Line(line);
            }
        }

        return end.Violations.IsEmpty ? ExitCode.Done : InJson ? ExitCode.Failed : ManyWorlds.ShowBroken(terminal, Plan, Shrunk);
    }

    /// <summary>With the time by which they are mended: no fault that comes again and again does so later.</summary>
    private string FaultsInWords() => Plan.Faults.Length == 0 ? "0 faults" : string.Create(CultureInfo.InvariantCulture, $"{Plan.Faults.Length} faults until {Plan.MendedAt.TotalSeconds:0.###} s");

    private void Files(WorldEnd end)
    {
        if (Html is not null)
        {
            Written.To(Html, ReportPage.Make(end, $"{Name}, seed {end.Seed}"));
        }

        if (Log is not null)
        {
            Written.To(Log, $"{PlanText.Write(Plan, $"The event log of {Name}; the scenario comes first, and 'granary simulate --replay' reads it.")}{Replay.Divider}\n{string.Join('\n', end.Log)}\n");
        }
    }

    private object Figures(WorldEnd end, TimeSpan took) => new
    {
        end.Seed,
        Cells = Plan.Cells.Length,
        Faults = Plan.Faults.Length,
        end.Violations,
        end.Report.Tasks,
        end.Report.Outcomes,
        end.Report.Attempts,
        end.Report.Losses,
        end.Report.Unconfirmed,
        end.Report.RestartsAvoided,
        TimeLostSeconds = end.Report.TimeLost.TotalSeconds,
        ReschedulingSeconds = Spread(end.Report.Rescheduling),
        WaitingSeconds = Spread(end.Report.Waiting),
        MemoryInUse = end.Report.Use.Select(each => new { AtSeconds = each.At.TotalSeconds, each.Part }),
        Worst = end.Report.Worst is { } worst ? new { worst.Number, BeyondSeconds = worst.Beyond.TotalSeconds, worst.Story } : null,
        LastedSeconds = end.Lasted.TotalSeconds,
        TookSeconds = took.TotalSeconds,
        end.Steps,
    };

    private static object Spread(Times times) => new { times.Count, P50 = times.Half.TotalSeconds, P99 = times.NinetyNine.TotalSeconds, Max = times.Longest.TotalSeconds };
}
