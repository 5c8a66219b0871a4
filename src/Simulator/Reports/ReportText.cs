using System.Globalization;

namespace Granary.Simulator.Reports;

/// <summary>A report as lines for people.</summary>
public static class ReportText
{
    private const string Ramp = " .:-=+*#%@";

    /// <param name="took">Of real time; null where nobody measured.</param>
    public static IEnumerable<string> Lines(WorldEnd end, TimeSpan? took)
    {
        var report = end.Report;
        yield return Row("outcomes", string.Join(", ", report.Outcomes.Select(each => $"{each.Value} {each.Key}")));
        yield return Row("attempts", Text($"{report.Attempts}, of which {report.Losses} were lost with the infrastructure under them; {report.Unconfirmed} may have run beside another"));
        yield return Row("restarts avoided", Text($"{report.RestartsAvoided} attempts ran on and were adopted"));
        yield return Row("time lost", Text($"{report.TimeLost.TotalSeconds:0.0} s of work that was done and lost"));
        yield return Row("rescheduling", Spread(report.Rescheduling));
        yield return Row("waiting", Spread(report.Waiting));
        if (!report.Use.IsEmpty)
        {
            yield return Row("memory in use", Text($"{report.Use.Average(each => each.Part):0%} on average, {report.Use.Max(each => each.Part):0%} at most"));
            yield return Row("over time", $"|{string.Concat(Columns(report).Select(part => Ramp[Math.Clamp((int)(part * Ramp.Length), 0, Ramp.Length - 1)]))}|");
        }

        yield return Row("length", took is { } real
            ? Text($"{end.Lasted.TotalSeconds:0.0} s of the world in {real.TotalSeconds:0.0} s: {TimesAsFast(end.Lasted / real)} times as fast as life")
            : Text($"{end.Lasted.TotalSeconds:0.0} s of the world"));
        if (report.Worst is { } worst)
        {
            yield return "";
            yield return Text($"Task {worst.Number} took {worst.Beyond.TotalSeconds:0.0} s longer than its command needs, more than any other:");
            foreach (var line in worst.Story)
            {
                yield return line;
            }
        }
    }

    /// <summary>A large world may be hardly faster than life.</summary>
    private static string TimesAsFast(double times) => Text(times < 10 ? (FormattableString)$"{times:0.0}" : $"{times:#,0}");

    private static string Row(string name, string value) => $"{name + ":",-18}{value}";

    private static string Spread(Times times) => times.Count == 0
        ? "never"
        : Text($"half within {Seconds(times.Half)}, 99 of 100 within {Seconds(times.NinetyNine)}, the longest {Seconds(times.Longest)} ({times.Count} times)");

    private static string Seconds(TimeSpan time) => Text($"{time.TotalSeconds:0.00} s");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<double> Columns(WorldReport report) => report.Use.Chunk(Math.Max(1, (report.Use.Length + 79) / 80)).Select(some => some.Average(each => each.Part));
}
