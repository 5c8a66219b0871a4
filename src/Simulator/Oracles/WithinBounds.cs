using Granary.Core.Tasks;

namespace Granary.Simulator.Oracles;

/// <summary>Losses and own failures stay within what the task asked for, and no attempt ran that they do not account for.</summary>
internal static class WithinBounds
{
    public static IEnumerable<string> Check(World world)
    {
        foreach (var task in world.Database.Works.Tasks)
        {
            var plan = world.Clients.PlanOf(task.Id);
            var (losses, failures, moves) = task.Counters;
            // The loss that goes beyond the budget is the end.
            var lossesMax = plan.FailsOnLoss ? 1 : plan.LossesMax + (task.Phase == TaskPhase.Failed ? 1 : 0);
            if (losses > lossesMax || failures > plan.RetriesMax)
            {
                yield return $"task {task.SequenceId} has {losses} losses and {failures} retries where {lossesMax} and {plan.RetriesMax} may be";
            }

            var starts = world.Witness.StartsOf(task.Work);
            if (starts > 1 + losses + failures + moves)
            {
                yield return $"{starts} attempts of task {task.SequenceId} ran, and {losses} losses, {failures} retries and {moves} moves are told of";
            }

            if (plan.FailsOnLoss && losses > 0 && starts > 1 + moves + failures)
            {
                yield return $"task {task.SequenceId} asked never to be moved, and {starts} attempts ran";
            }
        }
    }
}
