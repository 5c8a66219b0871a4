using Granary.Core.Tasks;

namespace Granary.Chaos.Tests.Oracles;

/// <summary>No accepted task is lost, and each reaches exactly one terminal state.</summary>
internal static class EndsOnce
{
    public static IEnumerable<string> Check(Evidence evidence)
    {
        foreach (var id in evidence.Accepted)
        {
            if (evidence.FinalOf(id) is not { } task)
            {
                yield return $"task {id} was accepted, and nobody knows it";
                continue;
            }

            if (!task.IsFinished)
            {
                yield return $"it has not ended long after everything was mended: {evidence.Told(task)}";
            }

            string[] ends = [.. evidence.History.Answers.Where(each => each.Task == id && each.IsFinished).Select(each => each.State!).Distinct()];
            if (ends.Length > 1 || (ends.Length == 1 && ends[0] != TaskMachine.Upper(task.Phase)))
            {
                yield return $"clients were told that it {string.Join(" and that it ", ends)}: {evidence.Told(task)}";
            }
        }

        // What was never acknowledged may exist or not; if it does, it ends like the others.
        foreach (var task in evidence.Final.Where(each => !evidence.Accepted.Contains(each.Id.Value) && !each.IsFinished))
        {
            yield return $"it was not acknowledged, exists and has not ended: {evidence.Told(task)}";
        }
    }
}
