using System.Globalization;
using System.Net;
using System.Text;

namespace Granary.Simulator.Reports;

/// <summary>A report as one page that needs nothing else: cells as rows, attempts as bars, faults as marks, with the figures above.</summary>
public static class ReportPage
{
    private const int Width = 1200;
    private const int Left = 110;
    private const int RowHeight = 64;
    private const int Top = 30;

    /// <summary>Bars beside each other in the row of one cell; where there are more they are thinner.</summary>
    private const int LanesMin = 12;

    public static string Make(WorldEnd end, string title)
    {
        var timeline = end.Report.Timeline;
        var height = Top + (timeline.Cells.Length * RowHeight) + 24;
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $$"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>{{Safe(title)}}</title>
            <style>
            body { font: 14px/1.4 system-ui, sans-serif; margin: 24px; color: #222; background: #fff }
            pre { background: #f6f6f4; padding: 12px; overflow-x: auto }
            .itself { fill: #4a8f5c } .failed { fill: #c98a2b } .stopped { fill: #8a8a8a } .lost { fill: #c0392b } .running { fill: #3b78b5 }
            .mark { fill: #c0392b; fill-opacity: .10; stroke: #c0392b; stroke-opacity: .5 } .all { fill: #7d3cb5; fill-opacity: .07; stroke: #7d3cb5; stroke-opacity: .4 }
            text { font-size: 11px; fill: #444 } line { stroke: #ddd }
            .key span { display: inline-block; margin-right: 16px } .key i { display: inline-block; width: 12px; height: 12px; margin-right: 4px }
            </style></head><body>
            <h1>{{Safe(title)}}</h1>
            <p class="key"><span><i style="background:#4a8f5c"></i>ended with 0</span><span><i style="background:#c98a2b"></i>ended otherwise</span><span><i style="background:#8a8a8a"></i>stopped by us</span><span><i style="background:#c0392b"></i>lost</span><span><i style="background:#3b78b5"></i>runs yet</span><span><i style="background:#f3c9c4"></i>fault of a cell</span><span><i style="background:#e3d5ef"></i>fault of all</span> Point at anything to read what it is.</p>
            <svg viewBox="0 0 {{Width}} {{height}}" width="100%" role="img" aria-label="timeline">

            """);
        Grid(page, timeline, height);
        foreach (var mark in timeline.Marks)
        {
            Mark(page, timeline, mark, height);
        }

        foreach (var cell in timeline.Cells.Select((name, row) => (name, row)))
        {
            Bars(page, timeline, [.. timeline.Bars.Where(each => each.Cell == cell.name)], cell.row);
        }

        page.Append("</svg>\n<pre>").Append(Safe(string.Join('\n', ReportText.Lines(end, null)))).Append("</pre>\n");
        if (!end.Violations.IsEmpty)
        {
            page.Append("<h2>Broken promises</h2><pre>").Append(Safe(string.Join('\n', end.Violations))).Append("</pre>\n");
        }

        return page.Append("</body></html>\n").ToString();
    }

    private static void Grid(StringBuilder page, Timeline timeline, int height)
    {
        for (var row = 0; row < timeline.Cells.Length; row++)
        {
            var y = Top + (row * RowHeight);
            page.Append(CultureInfo.InvariantCulture, $"<line x1=\"0\" x2=\"{Width}\" y1=\"{y}\" y2=\"{y}\"/><text x=\"4\" y=\"{y + 16}\">{Safe(timeline.Cells[row])}</text>\n");
        }

        for (var at = TimeSpan.Zero; at <= timeline.End; at += Step(timeline))
        {
            page.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(timeline, at):0.0}\" x2=\"{X(timeline, at):0.0}\" y1=\"{Top}\" y2=\"{height - 24}\"/><text x=\"{X(timeline, at):0.0}\" y=\"{height - 8}\" text-anchor=\"middle\">{at.TotalSeconds:0.##} s</text>\n");
        }
    }

    /// <summary>1, 2 or 5 times a power of ten: at most ten of them make the whole.</summary>
    private static TimeSpan Step(Timeline timeline)
    {
        var tenth = Math.Max(timeline.End.TotalSeconds, 1) / 10;
        var power = Math.Pow(10, Math.Floor(Math.Log10(tenth)));
        return TimeSpan.FromSeconds(power * (tenth <= power ? 1 : tenth <= 2 * power ? 2 : tenth <= 5 * power ? 5 : 10));
    }

    private static void Mark(StringBuilder page, Timeline timeline, Mark mark, int height)
    {
        var (x, width) = (X(timeline, mark.At), Math.Max(2, X(timeline, mark.End ?? mark.At) - X(timeline, mark.At)));
        var words = Text($"{mark.What} at {mark.At.TotalSeconds:0.0} s{(mark.End is { } end ? $" until {end.TotalSeconds:0.0} s" : "")}");
        if (mark.Cells.IsEmpty)
        {
            page.Append(CultureInfo.InvariantCulture, $"<rect class=\"all\" x=\"{x:0.0}\" y=\"{Top}\" width=\"{width:0.0}\" height=\"{height - Top - 24}\"><title>{Safe(words)}</title></rect>\n");
        }

        foreach (var row in mark.Cells.Select(each => timeline.Cells.IndexOf(each)).Distinct())
        {
            page.Append(CultureInfo.InvariantCulture, $"<rect class=\"mark\" x=\"{x:0.0}\" y=\"{Top + (row * RowHeight)}\" width=\"{width:0.0}\" height=\"{RowHeight}\"><title>{Safe(words)}</title></rect>\n");
        }
    }

    private static void Bars(StringBuilder page, Timeline timeline, Bar[] bars, int row)
    {
        var lanes = Lanes(timeline, bars);
        var height = (RowHeight - 6.0) / Math.Max(LanesMin, lanes.Append(0).Max() + 1);
        foreach (var (bar, lane) in bars.Zip(lanes))
        {
            var end = bar.End ?? timeline.End;
            var kind = bar.End is null ? "running" : bar.How == "itself" ? bar.ExitCode == 0 ? "itself" : "failed" : bar.How;
            var words = Text($"{bar.Work}, attempt {bar.Attempt}: {bar.Start.TotalSeconds:0.0} s to {end.TotalSeconds:0.0} s, {(bar.End is null ? "runs yet" : $"{bar.How}, status {bar.ExitCode}")}");
            page.Append(CultureInfo.InvariantCulture, $"<rect class=\"{kind}\" x=\"{X(timeline, bar.Start):0.0}\" y=\"{Top + (row * RowHeight) + 3 + (lane * height):0.00}\" width=\"{Math.Max(1, X(timeline, end) - X(timeline, bar.Start)):0.0}\" height=\"{height * 0.8:0.00}\"><title>{Safe(words)}</title></rect>\n");
        }
    }

    /// <summary>Each bar goes to the first lane that is free by then.</summary>
    private static List<int> Lanes(Timeline timeline, Bar[] bars)
    {
        var free = new List<TimeSpan>();
        var lanes = new List<int>();
        foreach (var bar in bars)
        {
            var lane = free.FindIndex(each => each <= bar.Start);
            if (lane < 0)
            {
                lane = free.Count;
                free.Add(default);
            }

            free[lane] = bar.End ?? timeline.End;
            lanes.Add(lane);
        }

        return lanes;
    }

    private static double X(Timeline timeline, TimeSpan at) => Left + ((Width - Left - 20) * (at / (timeline.End > TimeSpan.Zero ? timeline.End : TimeSpan.FromSeconds(1))));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
