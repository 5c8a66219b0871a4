using Granary.Core.Tasks;

namespace Granary.Simulator.Oracles;

/// <summary>No accepted task is lost, and each reaches exactly one terminal state.</summary>
internal static class EndsOnce
{
    public static IEnumerable<string> Check(World world)
    {
        foreach (var id in world.Clients.Accepted)
        {
            if (world.Database.Works.Find(id.Value)?.Work is not TaskState task)
            {
                yield return $"{world.Clients.NameOf(id.Value)} was accepted, and no row knows it";
            }
            else if (!task.IsFinished)
            {
                yield return $"task {task.SequenceId} is {TaskMachine.Upper(task.Phase)} long after the last fault was mended";
            }
        }
    }
}
