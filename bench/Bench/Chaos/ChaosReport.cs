using System.Globalization;
using System.Text;
using System.Text.Json;
using Granary.Chaos.Tests;

namespace Granary.Bench.Chaos;

/// <summary>What is kept of one seed.</summary>
internal sealed record ChaosRow(
    ulong Seed,
    int Seconds,
    int Silos,
    IReadOnlyList<string> Faults,
    int Tasks,
    int Succeeded,
    int Failed,
    int Losses,
    int Unconfirmed,
    int Unanswered,
    IReadOnlyList<string> Violations,
    double LastedS,
    double WitnessGapS,
    string Load,
    string At)
{
    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed}: {Tasks} tasks ({Succeeded} succeeded, {Failed} failed), {Losses} losses, {Unconfirmed} unconfirmed, {Unanswered} calls repeated, {Violations.Count} violations, {LastedS:0} s; faults: {string.Join("; ", Faults)}");

    public static ChaosRow Of(ChaosOutcome outcome, ChaosSettings settings) => new(
        outcome.Seed,
        (int)settings.Length.TotalSeconds,
        settings.Silos,
        outcome.Faults,
        outcome.Accepted,
        outcome.Succeeded,
        outcome.Failed,
        outcome.Losses,
        outcome.Unconfirmed,
        outcome.Unanswered,
        outcome.Violations,
        Math.Round(outcome.Lasted.TotalSeconds, 1),
        Math.Round(outcome.WitnessGap.TotalSeconds, 2),
        Machine.Facts()["load"],
        $"{TimeProvider.System.GetUtcNow():u}");
}

/// <summary>The results of many seeds, of as many runs of the command as it takes.</summary>
internal sealed record ChaosReport(IReadOnlyDictionary<string, string> Machine, IReadOnlyList<ChaosRow> Seeds)
{
    private static readonly JsonSerializerOptions Written = new(Report.Written) { WriteIndented = true };

    /// <summary>The newest run of a seed counts.</summary>
    public static async Task Merge(string folder, ChaosRow row)
    {
        Directory.CreateDirectory(folder);
        var json = Path.Combine(folder, "chaos.json");
        var before = File.Exists(json) ? JsonSerializer.Deserialize<ChaosReport>(await File.ReadAllTextAsync(json), Written)!.Seeds : [];
        var report = new ChaosReport(Bench.Machine.Facts(), [.. before.Where(each => each.Seed != row.Seed).Append(row).OrderBy(each => each.Seed)]);
        await File.WriteAllTextAsync(json, JsonSerializer.Serialize(report, Written) + "\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "chaos.txt"), report.Table());
    }

    private string Table()
    {
        var table = new StringBuilder();
        foreach (var each in Seeds)
        {
            table.AppendLine(each.Line);
        }

        table.AppendLine(CultureInfo.InvariantCulture, $"{Seeds.Count} seeds, {Seeds.Sum(each => each.Tasks)} tasks, {Seeds.Sum(each => each.Faults.Count)} faults, {Seeds.Sum(each => each.Losses)} losses, {Seeds.Sum(each => each.Violations.Count)} violations");
        foreach (var (fact, value) in Machine)
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"{fact}: {value}");
        }

        return table.ToString();
    }
}
