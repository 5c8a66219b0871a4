using System.Text.RegularExpressions;
using Granary.Core.Tasks;

namespace Granary.Chaos.Tests.Oracles;

/// <summary>The story tells each transition with its cause: each attempt that was placed, each loss and retry that was counted, the end; and every attempt that was seen.</summary>
internal static partial class StoryExplains
{
    /// <summary>The transitions that there are (the picture in <see cref="TaskMachine"/>).</summary>
    private static readonly string[] Moves =
    [
        " PENDING", "PENDING RUNNING", "PENDING FAILED", "RUNNING PENDING", "RUNNING CANCELING", "RUNNING SUCCEEDED", "RUNNING FAILED", "CANCELING SUCCEEDED", "CANCELING FAILED",
    ];

    public static IEnumerable<string> Check(Evidence evidence) =>
        evidence.Final.Where(each => each.Story.Omitted == 0).SelectMany(task => Faults(evidence, task).Select(fault => $"{fault}: {evidence.Told(task)}"));

    private static IEnumerable<string> Faults(Evidence evidence, TaskState task)
    {
        var before = "";
        var (losses, retries, moves) = (0, 0, 0);
        var placed = new HashSet<int>();
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
            if (!Moves.Contains($"{before} {phase}"))
            {
                yield return $"from '{before}' it went to '{phase}'";
            }

            if (phase == "RUNNING" && !placed.Add(entry.Attempt))
            {
                yield return $"attempt {entry.Attempt} was placed twice";
            }

            var isLoss = Lost().IsMatch(cause);
            losses += isLoss ? 1 : 0;
            retries += phase == "PENDING" && cause.Contains("; retry ", StringComparison.Ordinal) ? 1 : 0;
            moves += phase == "PENDING" && before == "RUNNING" && !isLoss && !cause.Contains("; retry ", StringComparison.Ordinal) ? 1 : 0;
            before = phase;
        }

        if (before != TaskMachine.Upper(task.Phase))
        {
            yield return $"it tells of {before} last";
        }

        if (!placed.Order().SequenceEqual(Enumerable.Range(1, task.Attempt)))
        {
            yield return $"it tells of the attempts {string.Join(", ", placed.Order())}";
        }

        if ((losses, retries, moves) != (task.Counters.Losses, task.Counters.Failures, task.Counters.Moves))
        {
            yield return $"it tells of {losses} losses, {retries} retries and {moves} moves, and {task.Counters} were counted";
        }

        foreach (var attempt in evidence.Sightings.Where(each => each.Task == task.Id.Value && !placed.Contains(each.Attempt)).Select(each => each.Attempt))
        {
            yield return $"attempt {attempt} was seen";
        }
    }

    [GeneratedRegex("^(?<phase>PENDING|RUNNING|CANCELING|SUCCEEDED|FAILED): (?<cause>.{10,})", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"^attempt \d+ was lost")]
    private static partial Regex Lost();
}
