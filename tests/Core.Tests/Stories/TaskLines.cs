using System.Globalization;
using System.Text.RegularExpressions;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Tasks;
using Granary.Testing;
using static Granary.Core.Attempts.AttemptReport;
using static Granary.Core.Tasks.TaskEvent;

namespace Granary.Core.Tests.Stories;

/// <summary>The events of a task as lines of a story, both ways: a failing property prints the very lines that a story can hold.</summary>
internal static partial class TaskLines
{
    public static TaskSpec Settings(IEnumerable<string> words)
    {
        var spec = A.Spec();
        foreach (var word in words)
        {
            var (name, value) = word.Split('=') is [var left, var right] ? (left, right) : throw new FormatException($"a setting reads name=value: {word}");
            spec = name switch
            {
                "retries" => spec with { Policy = spec.Policy with { RetriesMax = Number(value) } },
                "losses" => spec with { Policy = spec.Policy with { LossesMax = Number(value) } },
                "on-loss" => spec with { Policy = spec.Policy with { OnCellLoss = Enum.Parse<OnCellLoss>(value, ignoreCase: true) } },
                "deadline" => spec with { Deadline = TimeSpan.FromSeconds(Number(value.TrimEnd('s'))) },
                "pending" => spec with { PendingMax = TimeSpan.FromSeconds(Number(value.TrimEnd('s'))) },
                _ => throw new FormatException($"a task has no setting {name}; it has retries, losses, on-loss, deadline and pending"),
            };
        }

        return spec;
    }

    /// <summary>The event that the words tell, or null if they tell none.</summary>
    public static TaskEvent? Parse(DateTimeOffset at, string words, TaskSpec spec)
    {
        if (words == "submitted")
        {
            return A.Submitted(spec) with { At = at };
        }

        if (words == "cancel requested")
        {
            return new CancelRequested(at);
        }

        if (words == "woke")
        {
            return new Woke(at);
        }

        if (Relabel().Match(words) is { Success: true } relabel)
        {
            var labels = Metadata.Empty.Labels.Add(relabel.Groups["key"].Value, relabel.Groups["value"].Value);
            return new Relabelled(at, Metadata.Empty with { Labels = labels });
        }

        if (PlacementOf(words) is var (attempt, cell, waited))
        {
            return new Placed(at, attempt, cell, waited);
        }

        if (Outlive().Match(words) is { Success: true } outlived)
        {
            return new Outlived(at, Number(outlived.Groups["attempt"].Value), new CellId(outlived.Groups["cell"].Value));
        }

        return ReportOf(at, words) is { } report ? new Reported(at, report) : null;
    }

    public static string Format(TaskEvent @event) => $"{StoryFile.Time(@event.At)} " + @event switch
    {
        Submitted => "submitted",
        Placed placed => $"placed {placed.Attempt} on {placed.Cell}{(placed.Waited is null ? "" : $" after: {placed.Waited}")}",
        CancelRequested => "cancel requested",
        Relabelled relabelled => $"relabelled {string.Join(' ', relabelled.Metadata.Labels.Select(each => $"{each.Key}={each.Value}"))}",
        Outlived outlived => $"outlived {outlived.Attempt} on {outlived.Cell}",
        Woke => "woke",
        Reported reported => Format(reported.Report),
        _ => throw new FormatException($"there are no words for {@event}"),
    };

    public static string Format(AttemptReport report) => report switch
    {
        Started started => $"started {started.Attempt}",
        Exited { Exit: var exit } exited =>
            $"exited {exited.Attempt} with {exit.Code}{(exit.OutOfMemory ? " out of memory" : "")}{(exit.BeforeStop ? "" : " after our stop")}",
        Lost lost => $"lost {lost.Attempt}: {lost.Evidence}",
        Declined declined => $"declined {declined.Attempt}{(declined.Permanent ? " for good" : "")}: {declined.Reason}",
        Displaced displaced => $"displaced {displaced.Attempt}: {displaced.Reason}",
        _ => throw new FormatException($"there are no words for {report}"),
    };

    /// <summary>The report that the words tell, or null if they tell none.</summary>
    /// <param name="startedAt">When the process started; null for the beginning of all tests.</param>
    public static AttemptReport? ReportOf(DateTimeOffset at, string words, DateTimeOffset? startedAt = null)
    {
        if (words.StartsWith("started ", StringComparison.Ordinal) && int.TryParse(words["started ".Length..], CultureInfo.InvariantCulture, out var started))
        {
            return new Started(started);
        }

        if (Exit().Match(words) is { Success: true } exit)
        {
            var ended = new AttemptExit(Number(exit.Groups["code"].Value), exit.Groups["oom"].Success, startedAt ?? A.Start, at, BeforeStop: !exit.Groups["stopped"].Success);
            return new Exited(Number(exit.Groups["attempt"].Value), ended);
        }

        if (Loss().Match(words) is not { Success: true } match)
        {
            return null;
        }

        var (attempt, reason) = (Number(match.Groups["attempt"].Value), match.Groups["reason"].Value);
        return match.Groups["kind"].Value switch
        {
            "lost" => new Lost(attempt, reason),
            "declined" => new Declined(attempt, reason, match.Groups["good"].Success),
            _ => new Displaced(attempt, reason),
        };
    }

    public static (int Attempt, CellId Cell, string? Waited)? PlacementOf(string words) => Place().Match(words) is { Success: true } place
        ? (Number(place.Groups["attempt"].Value), new CellId(place.Groups["cell"].Value), OrNull(place.Groups["waited"]))
        : null;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string? OrNull(Group group) => group.Success ? group.Value : null;

    [GeneratedRegex("^placed (?<attempt>[0-9]+) on (?<cell>[^ ]+)( after: (?<waited>.+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();

    [GeneratedRegex("^outlived (?<attempt>[0-9]+) on (?<cell>[^ ]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Outlive();

    [GeneratedRegex("^exited (?<attempt>[0-9]+) with (?<code>[0-9]+)(?<oom> out of memory)?(?<stopped> after our stop)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Exit();

    [GeneratedRegex("^(?<kind>lost|declined|displaced) (?<attempt>[0-9]+)(?<good> for good)?: (?<reason>.+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Loss();

    [GeneratedRegex("^relabelled (?<key>[^ =]+)=(?<value>[^ ]*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Relabel();
}
