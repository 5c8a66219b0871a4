using Granary.Core.Stories;

namespace Granary.Chaos.Tests.Oracles;

/// <summary>
/// After the deadline of a drain, and what a stop may take, nothing is seen on the cell until it is taken back. A cell that nobody serves is not drained, and nobody knows what an order was that met a fault: only a
/// drain that no other fault touched is looked at.
/// </summary>
internal static class DrainedMeansEmpty
{
    /// <summary>The grace of a stop, the cell's next look at its orders, and an engine on a busy machine.</summary>
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(20);

    public static IEnumerable<string> Check(Evidence evidence) =>
        from drain in evidence.Drains
        where evidence.Faults.Count(each => each.Touches(drain.Fault.At, drain.Fault.At + drain.Fault.Lasts)) == 1
        from seen in evidence.Sightings
        where seen.Last > drain.Deadline + StopMax && seen.First < drain.To && CellOf(evidence, seen.Task, seen.Attempt) == drain.Cell
        select $"attempt {seen.Attempt} of {seen.Task} was on {drain.Cell} until {seen.Last.TotalSeconds:0.00} s, and the deadline was at {drain.Deadline.TotalSeconds:0.00} s";

    private static string? CellOf(Evidence evidence, Guid guid, int attempt) =>
        (evidence.FinalOf(guid)?.Story.Entries ?? evidence.WorkersOf(guid).SelectMany(each => each.Story.Entries) as IEnumerable<StoryEntry>)
        .FirstOrDefault(each => each.Attempt == attempt && each.Text.StartsWith("RUNNING: attempt ", StringComparison.Ordinal))?.Cell;
}
