using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Simulator.Parts;

namespace Granary.Simulator.Oracles;

/// <summary>What belongs to an isolation segment runs on its cells and nowhere else, and nothing else runs there. Seen as it happens.</summary>
internal static class SegmentsAreKept
{
    public static void See(World world, AttemptKey attempt, Host host)
    {
        if (world.Clients.SegmentOf(attempt.Work) is var segment && !CellSegment.AreSame(segment, host.Segment))
        {
            world.Violate("segments are kept", $"{world.Words(attempt)} is of the {CellSegment.Words(segment)}, and runs on {host.Cell}, which is of the {CellSegment.Words(host.Segment)}");
        }
    }
}
