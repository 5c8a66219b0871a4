using Granary.Core.Tasks;

namespace Granary.Chaos.Tests.Oracles;

/// <summary>Losses and own failures stay within what the task asked for, and no attempt runs that they do not account for.</summary>
internal static class WithinBounds
{
    public static IEnumerable<string> Check(Evidence evidence)
    {
        foreach (var task in evidence.Final)
        {
            var script = evidence.ScriptOf(task);
            var (losses, failures, moves) = task.Counters;
            // The loss that goes beyond the budget is the end.
            var lossesMax = script.FailsOnLoss ? 1 : script.LossesMax + (task.Phase == TaskPhase.Failed ? 1 : 0);
            if (losses > lossesMax)
            {
                yield return $"{losses} losses where {lossesMax} may be: {evidence.Told(task)}";
            }

            if (failures > script.RetriesMax)
            {
                yield return $"{failures} retries where {script.RetriesMax} may be: {evidence.Told(task)}";
            }

            var seen = evidence.Sightings.Where(each => each.Task == task.Id.Value).Select(each => each.Attempt).Distinct().ToArray();
            if (seen.Length > 1 + losses + failures + moves || seen.Any(each => each > task.Attempt))
            {
                yield return $"attempts {string.Join(", ", seen)} were seen, and {losses} losses, {failures} retries and {moves} moves are told of: {evidence.Told(task)}";
            }

            if (script.FailsOnLoss && losses > 0 && seen.Length > 1 + moves)
            {
                yield return $"it asked never to be moved, and {seen.Length} attempts were seen: {evidence.Told(task)}";
            }
        }
    }
}
