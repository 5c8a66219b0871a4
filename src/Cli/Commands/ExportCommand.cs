using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary>Writes what happened in a cluster as a scenario: its cells, its tasks as they came and ran, and the losses that their stories tell of.</summary>
internal static partial class ExportCommand
{
    /// <summary>Losses on one cell that lie this close are of one fault.</summary>
    private static readonly TimeSpan OneFault = TimeSpan.FromSeconds(30);

    /// <summary>For a task that has not ended, nobody knows how long it takes.</summary>
    private const string UnknownLasts = "60s";

    public static Command Create()
    {
        var command = new Command("export", "Writes the cluster's cells, tasks and losses as a scenario, for 'granary simulate'.");
        Session.Act(command, async (_, session, cancellation) =>
        {
            var cells = await session.Api.Get("/api/cells", cancellation);
            var tasks = new List<JsonElement>();
            foreach (var task in await session.Api.All("/v3/tasks?order_by=created_at", cancellation))
            {
                tasks.Add(await session.Api.Get($"/api/tasks/{Session.Guid(task)}", cancellation));
            }

            var began = tasks.Select(each => each.Instant("created_at")).OfType<DateTimeOffset>().DefaultIfEmpty(DateTimeOffset.UnixEpoch).Min();
            session.Terminal.Line(string.Create(CultureInfo.InvariantCulture, $"# Exported: {tasks.Count} tasks since {began:u}"));
            foreach (var cell in cells.Items("resources"))
            {
                session.Terminal.Line($"cell {Shown.Harmless(cell.Text("name"))} memory={cell.Number("total", "memory_in_mb") ?? 1024}M disk={cell.Number("total", "disk_in_mb") ?? 100_000}M");
            }

            foreach (var task in tasks)
            {
                session.Terminal.Line(Line(task, began));
            }

            foreach (var line in Losses(tasks, began))
            {
                session.Terminal.Line(line);
            }
        });
        return command;
    }

    private static string Line(JsonElement task, DateTimeOffset began) => string.Create(
        CultureInfo.InvariantCulture,
        $"task at={Seconds(task.Instant("created_at") - began)} lasts={Lasts(task)} exit={task.Number("exit_code") ?? 0} memory={task.Number("memory_in_mb") ?? 64}M losses={task.Number("losses_max") ?? 2} retries={task.Number("retries_max") ?? 0}{(task.Number("deadline_in_seconds") is { } deadline ? $" deadline={deadline}s" : "")}");

    /// <summary>From its last placement to its end: a little more than its process ran.</summary>
    private static string Lasts(JsonElement task)
    {
        var entries = task.Items("story").ToArray();
        var placed = entries.LastOrDefault(each => each.Text("text")?.StartsWith("RUNNING: ", StringComparison.Ordinal) == true);
        var ended = entries.LastOrDefault(each => each.Text("text") is { } text && (text.StartsWith("SUCCEEDED: ", StringComparison.Ordinal) || text.StartsWith("FAILED: ", StringComparison.Ordinal)));
        return placed.ValueKind == JsonValueKind.Object && ended.ValueKind == JsonValueKind.Object ? Seconds(ended.Instant("at") - placed.Instant("at")) : UnknownLasts;
    }

    private static IEnumerable<string> Losses(IEnumerable<JsonElement> tasks, DateTimeOffset began)
    {
        var losses =
            from task in tasks
            from entry in task.Items("story")
            let match = Lost().Match(entry.Text("text") ?? "")
            where match.Success && entry.Instant("at") is not null
            orderby entry.Instant("at")
            select (Cell: match.Groups["cell"].Value, At: entry.Instant("at")!.Value);
        var last = new Dictionary<string, DateTimeOffset>();
        foreach (var (cell, at) in losses)
        {
            if (!last.TryGetValue(cell, out var before) || at - before > OneFault)
            {
                yield return $"kill-cell at={Seconds(at - began)} for={Seconds(OneFault)} cell={Shown.Harmless(cell)}";
            }

            last[cell] = at;
        }
    }

    private static string Seconds(TimeSpan? time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time?.TotalSeconds ?? 0):0.###}s");

    [GeneratedRegex(@"attempt \d+ was lost on (?<cell>\S+): ", RegexOptions.ExplicitCapture)]
    private static partial Regex Lost();
}
