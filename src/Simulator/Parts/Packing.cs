using System.Collections.Immutable;
using Granary.Core.Placement;

namespace Granary.Simulator.Parts;

/// <summary>Placement that fills one cell after another. It is not Granary's, and there to be compared with it: it keeps large rooms free, and loses more with a cell.</summary>
internal static class Packing
{
    public static ImmutableArray<PlacementChoice> Place(IReadOnlyList<QueuedWork> queue, IReadOnlyList<CellSnapshot> cells, DateTimeOffset now)
    {
        var free = cells.ToDictionary(each => each.Id, each => each.Free);
        var choices = ImmutableArray.CreateBuilder<PlacementChoice>();
        foreach (var work in queue.Where(each => !(each.NotBefore > now)))
        {
            var fullest = cells.Where(each => each.Takes && each.Serves(work.Segment) && free[each.Id].Holds(work.Wanted)).MinBy(each => (each.Id == work.LastCell, free[each.Id].MemoryMb));
            if (fullest is not null)
            {
                free[fullest.Id] -= work.Wanted;
                choices.Add(new PlacementChoice(work.Work, work.Attempt, fullest.Id));
            }
        }

        return choices.ToImmutable();
    }
}
