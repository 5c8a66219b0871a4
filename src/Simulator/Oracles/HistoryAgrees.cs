using Granary.Core.Tasks;

namespace Granary.Simulator.Oracles;

/// <summary>What clients were told stays true: an end never changes, and an acknowledged cancel is in the story.</summary>
internal static class HistoryAgrees
{
    public static IEnumerable<string> Check(World world)
    {
        foreach (var (id, phase) in world.Clients.EndsTold)
        {
            if (world.Database.Works.Find(id.Value)?.Work is not TaskState task || task.Phase != phase)
            {
                yield return $"a client was told that {world.Clients.NameOf(id.Value)} has {phase}, and that is not so";
            }
        }

        foreach (var id in world.Clients.CancelsTaken)
        {
            if (world.Database.Works.Find(id.Value)?.Work is TaskState { Story: { Omitted: 0, Entries.IsEmpty: false } story } task && !story.Entries.Exists(IsTold))
            {
                yield return $"the cancel of task {task.SequenceId} was acknowledged, and its story does not know it";
            }
        }
    }

    /// <summary>A task that is being stopped for its deadline is cancelled already.</summary>
    private static bool IsTold(Core.Stories.StoryEntry entry) => entry.Text.Contains("cancel", StringComparison.Ordinal) || entry.Text.StartsWith("CANCELING: the deadline", StringComparison.Ordinal);
}
