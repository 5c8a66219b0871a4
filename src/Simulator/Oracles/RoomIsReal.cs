using Granary.Simulator.Parts;

namespace Granary.Simulator.Oracles;

/// <summary>What holds a cell never takes more memory than the cell has. What no row wants there any more does not count: it is on its way out. Seen as it happens.</summary>
internal static class RoomIsReal
{
    public static void See(World world, Host host)
    {
        if (host.Engine.RunningMb > host.Capacity.MemoryMb && HeldMb(world, host) is var heldMb && heldMb > host.Capacity.MemoryMb)
        {
            world.Violate("room is real", FormattableString.Invariant($"{host.Cell} has {host.Capacity.MemoryMb} MB, and {heldMb} MB run there"));
        }
    }

    private static int HeldMb(World world, Host host) =>
        host.Engine.Processes.Where(each => world.Database.Works.Find(each.Work)?.Work.IsHeldBy(each, host.Cell) == true).Sum(each => world.Clients.MemoryOf(each.Work));
}
