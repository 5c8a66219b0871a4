using Granary.Core.Cells;

namespace Granary.Simulator.Parts;

/// <summary>Does what is ordered of the cell: closed, it admits nothing new, and at the deadline what is left is stopped and told as displaced.</summary>
internal sealed class CellDrain(Silo silo)
{
    private readonly World world = silo.World;

    public void Look()
    {
        if (silo.Serving.Phase != ServingPhase.Serving)
        {
            return;
        }

        var heard = new DrainEvent.Heard(silo.Host.WallClock, silo.Name, silo.Attempts.Ledger.Entries.Count, silo.Attempts.ClosedBy is not null);
        world.Database.Write(silo, () => world.Database.Write(silo.Host.Cell, heard), Take);
    }

    private void Take(DrainState drain)
    {
        silo.Attempts.Close(drain.TakesNothing ? $"{drain.Cell} is {drain.Word}" : null);
        if (drain is { Phase: DrainPhase.Draining, DeadlineAt: { } deadlineAt } && deadlineAt <= silo.Host.WallClock && world.Rules.Omits != Omission.Displacement)
        {
            silo.Attempts.DisplaceAll($"{drain.Cell} is drained, and the deadline passed: {drain.Why}");
        }
    }
}
