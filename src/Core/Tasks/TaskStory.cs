using System.Text.RegularExpressions;

namespace Granary.Core.Tasks;

/// <summary>What holds of the whole story of a task: it tells each transition with its cause, each attempt that was placed, each loss and retry that was counted, and the end. Simulator and chaos runner ask it.</summary>
public static partial class TaskStory
{
    /// <summary>The transitions that there are (the picture in <see cref="TaskMachine"/>).</summary>
    private static readonly HashSet<(string, string)> Moves =
    [
        ("", "PENDING"), ("PENDING", "RUNNING"), ("PENDING", "FAILED"), ("RUNNING", "PENDING"), ("RUNNING", "CANCELING"), ("RUNNING", "SUCCEEDED"), ("RUNNING", "FAILED"), ("CANCELING", "SUCCEEDED"), ("CANCELING", "FAILED"),
    ];

    /// <summary>In words, where the story is not that of the task. Of a story of which entries were left out nothing is said.</summary>
    public static IEnumerable<string> Faults(TaskState task) => task.Story.Omitted == 0 ? FaultsOfWhole(task) : [];

    private static IEnumerable<string> FaultsOfWhole(TaskState task)
    {
        var (before, losses, retries, moves) = ("", 0, 0, 0);
        var placed = new List<int>();
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

            if (phase == "RUNNING")
            {
                if (placed.Contains(entry.Attempt))
                {
                    yield return $"attempt {entry.Attempt} was placed twice";
                }

                placed.Add(entry.Attempt);
            }

            var isLoss = Lost().IsMatch(cause);
            var isRetry = phase == "PENDING" && cause.Contains("; retry ", StringComparison.Ordinal);
            losses += isLoss ? 1 : 0;
            retries += isRetry ? 1 : 0;
            moves += phase == "PENDING" && before == "RUNNING" && !isLoss && !isRetry ? 1 : 0;
            before = phase;
        }

        if (before != TaskMachine.Upper(task.Phase))
        {
            yield return $"it tells of {before} last";
        }

        if (!placed.SequenceEqual(Enumerable.Range(1, task.Attempt)))
        {
            yield return $"it tells of the attempts {string.Join(", ", placed)}";
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
