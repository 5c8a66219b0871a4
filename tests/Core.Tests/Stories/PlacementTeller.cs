using System.Globalization;
using System.Text.RegularExpressions;
using Granary.Core.Placement;
using Granary.Testing;

namespace Granary.Core.Tests.Stories;

/// <summary>Tells the <see cref="Placer"/> cells and tasks, and lets it pass over the queue. What a pass placed leaves the queue and fills its cell.</summary>
internal sealed partial class PlacementTeller : ITeller
{
    private readonly SortedDictionary<string, CellSnapshot> cells = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, QueuedWork> queue = [];

    public IEnumerable<string>? Tell(DateTimeOffset? at, string words)
    {
        if (words == "pass" && at is not null)
        {
            return Pass(at.Value);
        }

        if (Cell().Match(words) is { Success: true } cell)
        {
            var name = cell.Groups["name"].Value;
            var (free, total) = (Number(cell.Groups["free"].Value), Number(cell.Groups["total"].Value));
            cells[name] = A.Cell(name, total, diskMb: 1_000_000, freeMemoryMb: free, whyNot: cell.Groups["why"].Success ? cell.Groups["why"].Value : null);
            return [];
        }

        if (at is not null && Task().Match(words) is { Success: true } task)
        {
            var number = Number(task.Groups["number"].Value);
            double? notBefore = task.Groups["notBefore"].Success ? double.Parse(task.Groups["notBefore"].Value, CultureInfo.InvariantCulture) : null;
            var lastCell = task.Groups["last"].Success ? task.Groups["last"].Value : null;
            queue[number] = A.QueuedTask(number, Number(task.Groups["memory"].Value), 1, 0, notBefore, lastCell) with { CreatedAt = at.Value };
            return [];
        }

        return null;
    }

    private IEnumerable<string> Pass(DateTimeOffset at)
    {
        var pass = Placer.Place([.. queue.Values], cells.Values, at);
        var placed = pass.Choices.ToDictionary(each => each.Work, each => each.Cell);
        foreach (var task in queue.Values.ToArray())
        {
            if (placed.TryGetValue(task.Work, out var cell))
            {
                var before = cells[cell.Name];
                cells[cell.Name] = before with { Free = before.Free - task.Wanted };
                queue.Remove(task.SequenceId);
                yield return $"task {task.SequenceId} goes to {cell}";
            }
            else
            {
                yield return $"task {task.SequenceId} waits: {pass.Explain(task)}";
            }
        }

        if (pass.NextAt is { } next)
        {
            yield return $"look again at {StoryFile.Time(next)}";
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("^(?<name>cell-[^ ]+) has (?<free>-?[0-9]+) of (?<total>[0-9]+) MB free(, takes nothing: (?<why>.+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Cell();

    [GeneratedRegex("^task (?<number>[0-9]+) wants (?<memory>[0-9]+) MB(, not before (?<notBefore>[0-9.]+)s)?(, declined by (?<last>[^ ]+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Task();
}
