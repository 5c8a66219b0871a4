using Granary.Core.Tasks;

namespace Granary.Simulator.Oracles;

/// <summary>The story tells each transition with its cause; where there are too many tasks to keep stories, nothing is said.</summary>
internal static class StoryExplains
{
    public static IEnumerable<string> Check(World world) =>
        from task in world.Database.Works.Tasks
        where !task.Story.Entries.IsEmpty
        from fault in TaskStory.Faults(task)
        select $"the story of task {task.SequenceId}: {fault}";
}
