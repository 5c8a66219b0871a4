using System.Text.RegularExpressions;
using Granary.Core.Tasks;

namespace Granary.Simulator.Oracles;

/// <summary>The story tells each transition with its cause: each attempt that was placed, each loss and retry that was counted, the end.</summary>
internal static partial class StoryExplains
{
    /// <summary>The transitions that there are (the picture in <see cref="TaskMachine"/>).</summary>
    private static readonly HashSet<(string, string)> Moves =
    [
        ("", "PENDING"), ("PENDING", "RUNNING"), ("PENDING", "FAILED"), ("RUNNING", "PENDING"), ("RUNNING", "CANCELING"), ("RUNNING", "SUCCEEDED"), ("RUNNING", "FAILED"), ("CANCELING", "SUCCEEDED"), ("CANCELING", "FAILED"),
    ];

    public static IEnumerable<string> Check(World world) =>
        from task in world.Database.Works.Tasks
        where task.Story is { Omitted: 0, Entries.IsEmpty: false }
        from fault in Faults(task)
        select $"the story of task {task.SequenceId}: {fault}";

    private static IEnumerable<string> Faults(TaskState task)
    {
        var (before, losses, retries, moves, placed) = ("", 0, 0, 0, 0);
        foreach (var entry in task.Story.Entries)
        {
            if (Entry().Match(entry.Text) is not { Success: true } match)
            {
                if (!entry.Text.StartsWith("unconfirmed: attempt ", StringComparison.Ordinal))
                {
                    yield return $"'{entry.Text}' tells no transition with its cause";
                }

                continue;
            }

            var (phase, cause) = (match.Groups["phase"].Value, match.Groups["cause"].Value);
            if (!Moves.Contains((before, phase)))
            {
                yield return $"from '{before}' it went to '{phase}'";
            }

            if (phase == "RUNNING" && entry.Attempt != ++placed)
            {
                yield return $"attempt {entry.Attempt} was placed, and {placed} comes next";
            }

            var isLoss = Lost().IsMatch(cause);
            var isRetry = phase == "PENDING" && cause.Contains("; retry ", StringComparison.Ordinal);
            losses += isLoss ? 1 : 0;
            retries += isRetry ? 1 : 0;
            moves += phase == "PENDING" && before == "RUNNING" && !isLoss && !isRetry ? 1 : 0;
            before = phase;
        }

        if (before != TaskMachine.Upper(task.Phase) || placed != task.Attempt)
        {
            yield return $"it tells of {before} and attempt {placed} last";
        }

        if ((losses, retries, moves) != (task.Counters.Losses, task.Counters.Failures, task.Counters.Moves))
        {
            yield return $"it tells of {losses} losses, {retries} retries and {moves} moves, and {task.Counters} were counted";
        }
    }

    [GeneratedRegex("^(?<phase>PENDING|RUNNING|CANCELING|SUCCEEDED|FAILED): (?<cause>.{10,})", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"^attempt \d+ was lost")]
    private static partial Regex Lost();
}
