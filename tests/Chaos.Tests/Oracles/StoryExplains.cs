using Granary.Core.Tasks;

namespace Granary.Chaos.Tests.Oracles;

/// <summary>The story tells each transition with its cause, and every attempt that was seen.</summary>
internal static class StoryExplains
{
    public static IEnumerable<string> Check(Evidence evidence) =>
        from task in evidence.Final
        from fault in TaskStory.Faults(task).Concat(Untold(evidence, task))
        select $"{fault}: {evidence.Told(task)}";

    private static IEnumerable<string> Untold(Evidence evidence, TaskState task) =>
        from seen in evidence.Sightings
        where seen.Task == task.Id.Value && task.Story.Omitted == 0 && !task.Story.Entries.Exists(entry => entry.Attempt == seen.Attempt && entry.Text.StartsWith("RUNNING: ", StringComparison.Ordinal))
        select $"attempt {seen.Attempt} was seen";
}
