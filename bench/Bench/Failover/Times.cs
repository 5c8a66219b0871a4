using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Granary.Bench.Failover;

/// <summary>Seconds of one part, over all items of all rounds.</summary>
/// <param name="MedianMax">What the median may be; null if nobody asks.</param>
/// <param name="SlowestMax">What the slowest may be.</param>
internal sealed record Span(string Label, int Count, double MedianS, double SlowestS, double? MedianMax, double? SlowestMax)
{
    public static Span Of(string label, IReadOnlyCollection<double> seconds, double? medianMax = null, double? slowestMax = null) =>
        new(label, seconds.Count, Math.Round(Rounds.Median(seconds), 3), Math.Round(seconds.Max(), 3), medianMax, slowestMax);
}

/// <summary>What came of a measure of times.</summary>
internal sealed record Times(IReadOnlyList<Span> Spans, double Ratio, IReadOnlyDictionary<string, string> Facts)
{
    private static readonly CompositeFormat Row = CompositeFormat.Parse("{0,-62} {1,6} {2,10} {3,10} {4,16}");

    public Report Report(string name, int rounds)
    {
        var command = $"bench/run --rounds {rounds} {name}";
        var machine = Machine.Facts();
        var table = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"$ {command}")
            .AppendFormat(CultureInfo.InvariantCulture, Row, name, "items", "median s", "slowest s", "wanted").AppendLine();
        foreach (var each in Spans)
        {
            var wanted = each.MedianMax is { } max ? $"{max:0.0} {each.SlowestMax:0.0}" : "";
            table.AppendFormat(CultureInfo.InvariantCulture, Row, each.Label, each.Count, $"{each.MedianS:0.00}", $"{each.SlowestS:0.00}", wanted).AppendLine();
        }

        table.AppendLine(CultureInfo.InvariantCulture, $"ratio: {Ratio:0.000}");
        foreach (var (fact, value) in Facts.Concat(machine))
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"{fact}: {value}");
        }

        var json = JsonSerializer.Serialize(new { name, ratio = Math.Round(Ratio, 3), rounds, command, figures = Spans, facts = Facts, machine }, Bench.Report.Written);
        return new Report(name, table.ToString(), json);
    }
}
