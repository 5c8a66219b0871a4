using Granary.Core.Stories;
using Granary.Testing;

namespace Granary.Chaos.Tests.Oracles;

/// <summary>
/// Two attempts of one task are never seen at once, and no number is used twice. Excused is an attempt whose story says "unconfirmed", and only where that can be true:
/// nobody on its host could stop it, or a stranger judged its lease because the database was away. A worker is handed over while two of its index run, and only then.
/// </summary>
internal static class NeverTwoAtOnce
{
    /// <summary>Until the others have waited for the lease to lapse, have moved the attempt and the engine has started it on a busy machine.</summary>
    private static readonly TimeSpan MovedMax = TimeSpan.FromSeconds(90);

    public static IEnumerable<string> Check(Evidence evidence)
    {
        foreach (var twice in evidence.Sightings.GroupBy(each => (each.Task, each.Attempt)).Where(each => each.Count() > 1))
        {
            yield return $"attempt {twice.Key.Attempt} of task {twice.Key.Task} ran in {twice.Count()} containers: {string.Join(", ", twice.Select(each => each.Container[..12]))}";
        }

        foreach (var (earlier, later) in Witness.TwoAtOnce(evidence.Sightings).Where(each => each.Earlier.Attempt != each.Later.Attempt))
        {
            if (evidence.WorkersOf(earlier.Task).ToArray() is { Length: > 0 } lanes)
            {
                var story = lanes.SelectMany(each => each.Story.Entries).ToArray();
                if (!IsHandedOver(story, earlier) && !IsExcused(evidence, story, earlier, later))
                {
                    yield return $"attempt {later.Attempt} began at {later.First.TotalSeconds:0.00} s while attempt {earlier.Attempt} ran until {earlier.Last.TotalSeconds:0.00} s: {evidence.Told(earlier.Task)}";
                }
            }
            else if (evidence.FinalOf(earlier.Task) is not { } task)
            {
                yield return $"attempts {earlier.Attempt} and {later.Attempt} of task {earlier.Task} ran at once, and nobody knows the task";
            }
            else if (!(evidence.MarksExcuse && IsExcused(evidence, task.Story.Entries, earlier, later)))
            {
                yield return $"attempt {later.Attempt} began at {later.First.TotalSeconds:0.00} s while attempt {earlier.Attempt} ran until {earlier.Last.TotalSeconds:0.00} s: {evidence.Told(task)}";
            }
        }
    }

    /// <summary>It made way: its relief is to be up before it is stopped.</summary>
    private static bool IsHandedOver(IEnumerable<StoryEntry> story, Sighting earlier) =>
        story.Any(each => each.Attempt == earlier.Attempt && each.Text.Contains("it is started elsewhere before it is stopped", StringComparison.Ordinal));

    private static bool IsExcused(Evidence evidence, IEnumerable<StoryEntry> story, Sighting earlier, Sighting later)
    {
        var entries = story.Where(each => each.Attempt == earlier.Attempt).ToArray();
        var cell = entries.LastOrDefault(each => each.Text.StartsWith("RUNNING: ", StringComparison.Ordinal))?.Cell;
        var wasUnguarded = evidence.Unguarded.Any(each => each.Cell == cell && each.From <= later.First && later.First - each.To <= MovedMax);
        var wasJudgedByStranger = entries.Any(each => each.Text.Contains("lapsed, unconfirmed", StringComparison.Ordinal)) && evidence.Faults.Any(each => each.TakesTheDatabase);
        return wasJudgedByStranger || (wasUnguarded && entries.Any(each => each.Text.StartsWith("unconfirmed: ", StringComparison.Ordinal)));
    }
}
