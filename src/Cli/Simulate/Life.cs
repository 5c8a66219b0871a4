using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Granary.Cli.Http;
using Granary.Cli.Output;
using Granary.Core.Cells;

namespace Granary.Cli.Simulate;

/// <summary>What happened in a cluster, as the lines of a scenario. All of it is read from what the API tells: cells, tasks and instances with their stories.</summary>
/// <param name="began">The scenario's first moment.</param>
internal sealed partial class Life(DateTimeOffset began)
{
    /// <summary>Losses of one kind on one cell that lie this close are of one fault, and it lasts as long: no story tells when it was mended.</summary>
    private static readonly TimeSpan OneFault = TimeSpan.FromSeconds(30);

    /// <summary>How much longer a command would have taken that was stopped, or has not ended.</summary>
    private static readonly TimeSpan UnknownLasts = TimeSpan.FromMinutes(1);

    public static string Cell(JsonElement cell) =>
        $"cell {Shown.Harmless(cell.Text("name"))} memory={cell.Number("total", "memory_in_mb") ?? 1024}M disk={cell.Number("total", "disk_in_mb") ?? 100_000}M{Segment(cell)}";

    public string Task(JsonElement task)
    {
        var (start, end, own) = LastRun(task);
        var lasts = start is null ? UnknownLasts : end is null ? UnknownLasts : end - start + (own ? TimeSpan.Zero : UnknownLasts);
        var isOutOfMemory = task.Text("result", "failure_reason")?.Contains("(out of memory)", StringComparison.Ordinal) == true;
        return string.Concat(
            string.Create(CultureInfo.InvariantCulture, $"task at={Since(task.Instant("created_at"))} lasts={Seconds(lasts)} exit={(own ? task.Number("exit_code") : null) ?? 0}"),
            string.Create(CultureInfo.InvariantCulture, $" memory={task.Number("memory_in_mb") ?? 64}M losses={task.Number("losses_max") ?? 2} retries={task.Number("retries_max") ?? 0}"),
            isOutOfMemory ? " oom=yes" : "",
            task.Text("on_cell_loss") == "fail" ? " never-moved=yes" : "",
            Entries(task).FirstOrDefault(each => Cancel().IsMatch(each.Text)) is { Text: not null } cancel ? $" cancel={Since(cancel.At)}" : "",
            task.Number("deadline_in_seconds") is { } deadline ? string.Create(CultureInfo.InvariantCulture, $" deadline={deadline}s") : "",
            Segment(task));
    }

    /// <summary>As its process is wanted now; how it was scaled before is in no story.</summary>
    /// <param name="instances">Of one process, from the first.</param>
    public string App(JsonElement process, IReadOnlyList<JsonElement> instances)
    {
        var crash = instances.Select(OwnRun).FirstOrDefault(each => each is not null);
        var since = instances.Select(each => Entries(each).Select(entry => entry.At).Min()).Min();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"app at={Since(since)} instances={process.Number("instances")} memory={process.Number("memory_in_mb") ?? 64}M{(crash is null ? "" : $" crashes-after={Seconds(crash)}")}{Segment(instances[0])}");
    }

    /// <summary>What the losses in all stories were caused by.</summary>
    public IEnumerable<string> Faults(IEnumerable<JsonElement> works)
    {
        var losses =
            from work in works
            from entry in Entries(work)
            let match = Loss().Match(entry.Text)
            where match.Success && entry is { At: not null, Cell: not null }
            orderby entry.At
            select (Kind: Kind(match.Groups["evidence"].Value), Cell: Shown.Harmless(entry.Cell), At: entry.At!.Value);
        var last = new Dictionary<(string, string), DateTimeOffset>();
        foreach (var (kind, cell, at) in losses)
        {
            if (!last.TryGetValue((kind, cell), out var before) || at - before > OneFault)
            {
                yield return $"{kind} at={Since(at)} for={Seconds(OneFault)} cell={cell}";
            }

            last[(kind, cell)] = at;
        }
    }

    /// <summary>A name may hold what parts the words of a scenario.</summary>
    private static string Segment(JsonElement thing) => thing.Text("isolation_segment") is { } name and not CellSegment.Shared ? $" segment={Uri.EscapeDataString(name)}" : "";

    /// <summary>A host that was lost and one that was cut off look the same from outside.</summary>
    private static string Kind(string evidence) => Engine().IsMatch(evidence) ? "kill-engine" : "kill-cell";

    /// <summary>From the newest placement to the end; a little more than the process ran.</summary>
    private static (DateTimeOffset? Start, DateTimeOffset? End, bool Own) LastRun(JsonElement task)
    {
        var entries = Entries(task).ToArray();
        var start = Array.FindLast(entries, each => each.Text.StartsWith("RUNNING: ", StringComparison.Ordinal)).At;
        var end = Array.FindLast(entries, each => each.Text.StartsWith("SUCCEEDED: ", StringComparison.Ordinal) || each.Text.StartsWith("FAILED: ", StringComparison.Ordinal));
        return (start, end.At, end.Text is not null && Own().IsMatch(end.Text) && !Array.Exists(entries, each => each.Text.StartsWith("CANCELING: ", StringComparison.Ordinal)));
    }

    /// <summary>How long the newest run of an instance took that ended by itself; null when none did.</summary>
    private static TimeSpan? OwnRun(JsonElement instance)
    {
        var entries = Entries(instance).ToArray();
        var end = Array.FindLastIndex(entries, each => Crash().IsMatch(each.Text));
        var start = end < 0 ? -1 : Array.FindLastIndex(entries, end, each => each.Text.StartsWith("RUNNING: ", StringComparison.Ordinal));
        return start < 0 ? null : entries[end].At - entries[start].At;
    }

    /// <summary>Each with the cell it is about: what was lost, or ended, is on no cell any more.</summary>
    private static IEnumerable<(DateTimeOffset? At, string? Cell, string Text)> Entries(JsonElement work)
    {
        var cell = default(string);
        foreach (var entry in work.Items("story"))
        {
            cell = entry.Text("cell") ?? cell;
            yield return (entry.Instant("at"), cell, entry.Text("text") ?? "");
        }
    }

    private string Since(DateTimeOffset? at) => Seconds(at - began);

    private static string Seconds(TimeSpan? time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time?.TotalSeconds ?? 0):0.###}s");

    [GeneratedRegex(@"attempt \d+ was lost( on \S+|, and its \d+ moves are spent)?: (?<evidence>.*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Loss();

    [GeneratedRegex("^its process ended with status|was revoked and its warden confirmed", RegexOptions.ExplicitCapture)]
    private static partial Regex Engine();

    [GeneratedRegex("^CANCELING: cancel requested|cancelled while it waited", RegexOptions.ExplicitCapture)]
    private static partial Regex Cancel();

    [GeneratedRegex(@": attempt \d+ exited with status", RegexOptions.ExplicitCapture)]
    private static partial Regex Own();

    [GeneratedRegex(@": attempt \d+ exited with status \d+.*: crash \d+", RegexOptions.ExplicitCapture)]
    private static partial Regex Crash();
}
