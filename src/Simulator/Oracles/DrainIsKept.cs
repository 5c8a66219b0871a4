using Granary.Core.Cells;
using Granary.Simulator.Plans;

namespace Granary.Simulator.Oracles;

/// <summary>Nothing remains on a cell that is drained once its deadline has passed, if somebody serves it and nothing else is wrong meanwhile.</summary>
internal static class DrainIsKept
{
    /// <summary>For the cell to hear the order, and for whatever was on its way.</summary>
    private static readonly TimeSpan Telling = TimeSpan.FromSeconds(5);

    /// <summary>What a fault leaves behind may last this long: a lease to be lost and taken again, a silo to be started.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    public static void Watch(World world, DrainState drain)
    {
        if (drain.DeadlineAt is not { } deadlineAt)
        {
            return;
        }

        var host = world.HostOf(drain.Cell);
        var deadline = deadlineAt - World.Instant(TimeSpan.Zero) + (2 * world.SkewMax);
        var end = (deadline > world.Agenda.Now ? deadline : world.Agenda.Now) + world.Plan.Policies.StopGrace + Telling;
        world.Agenda.At(end, () =>
        {
            var still = world.Database.Drain(drain.Cell);
            if (still.TakesNothing && (still.Since == drain.Since || still.Phase == DrainPhase.Drained) && IsCalm(world, end) && host.Engine.Processes.Any())
            {
                world.Violate("drain is kept", $"{drain.Cell} is {still.Word}, its deadline passed, and {world.Words(host.Engine.Processes.First())} runs there");
            }
        });
    }

    /// <summary>At the end every drain was taken back.</summary>
    public static IEnumerable<string> Check(World world) =>
        from host in world.Hosts
        where !host.IsGone && world.Database.Drain(host.Cell).Phase == DrainPhase.Drained && world.Database.Works.CountOn(host.Cell) > 0
        select $"{host.Cell} is drained, and rows hold it";

    private static bool IsCalm(World world, TimeSpan end) =>
        world.Plan.Faults.All(each => each.Kind == FaultKind.Drain || each.At > end || each.End(world.Plan.MendedAt) + Recovery + Telling < end);
}
