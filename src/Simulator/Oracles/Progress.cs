using Granary.Core.Cells;
using Granary.Simulator.Plans;

namespace Granary.Simulator.Oracles;

/// <summary>Once faults stop, every task ends and every instance comes up within a bound that follows from how much there is to do.</summary>
internal static class Progress
{
    /// <summary>For leases, graces, backoffs and repeated stops, one after another.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(3);

    /// <summary>What outlived its lease is found and told within this time.</summary>
    private static readonly TimeSpan Telling = TimeSpan.FromSeconds(60);

    /// <summary>The end of the world at the latest.</summary>
    public static TimeSpan Bound(Plan plan)
    {
        var gone = plan.Faults.Where(each => each.Lasts is null).SelectMany(each => each.Cells).ToHashSet();
        var (longest, last) = (TimeSpan.Zero, plan.MendedAt);
        var work = plan.Tasks.Select(each => each.Segment ?? "").Distinct(StringComparer.OrdinalIgnoreCase).ToDictionary(each => each, _ => 0.0, StringComparer.OrdinalIgnoreCase);
        foreach (var task in plan.Tasks)
        {
            var time = task.Hangs ? (task.Deadline ?? TimeSpan.FromSeconds(30)) + plan.Policies.StopGrace : task.Lasts;
            work[task.Segment ?? ""] += time.TotalSeconds * task.MemoryMb * (1 + task.RetriesMax);
            longest = time * (1 + task.RetriesMax) > longest ? time * (1 + task.RetriesMax) : longest;
            last = task.At > last ? task.At : last;
        }

        return last + Settling + (longest * 2) + TimeSpan.FromSeconds(work.Select(each => 3 * each.Value / Math.Max(CapacityMb(each.Key), 64)).DefaultIfEmpty(0).Max());

        double CapacityMb(string segment) =>
            plan.Cells.Where(each => !gone.Contains(each.Name) && CellSegment.AreSame(each.Segment ?? "", segment)).Sum(each => (double)each.Capacity.MemoryMb)
            - plan.Apps.Where(each => CellSegment.AreSame(each.Segment ?? "", segment)).Sum(each => (double)each.Instances * each.MemoryMb);
    }

    public static bool IsAtRest(World world) =>
        world.Database.Works.UnfinishedTasks == 0
        && world.Clients.Accepted.Count == world.Plan.Tasks.Length
        && world.Clients.ChangesLeft == 0
        && (world.Witness.Excused.Count == 0 || world.Agenda.Now > world.Plan.MendedAt + Telling)
        && !WantedIsUp.Check(world).Any()
        && !NothingRemains.Check(world).Any();

    public static IEnumerable<string> Check(World world)
    {
        if (world.Agenda.Now >= Bound(world.Plan) - TimeSpan.FromSeconds(1))
        {
            var (unfinished, accepted) = (world.Database.Works.UnfinishedTasks, world.Clients.Accepted.Count);
            yield return FormattableString.Invariant($"{(world.Agenda.Now - world.Plan.MendedAt).TotalSeconds:0} s after the last fault was mended {unfinished} tasks have not ended, {world.Plan.Tasks.Length - accepted} are not accepted and {world.Clients.ChangesLeft} changes of apps are not written");
        }
    }
}
