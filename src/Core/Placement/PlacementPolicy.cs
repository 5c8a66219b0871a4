namespace Granary.Core.Placement;

/// <summary>What bounds the queue's fairness and the length of its words.</summary>
/// <param name="KeepRoomAfter">
/// Time from a task's acceptance after which room is kept for it. Default 60 s, range 0 s and more. Longer lets small tasks use the gaps;
/// shorter makes large tasks wait less.
/// </param>
/// <param name="CellsNamedMax">How many cells a reason names before it only counts the rest. Default 8, range 1 and more: a story's entry holds about ten.</param>
public sealed record PlacementPolicy(TimeSpan KeepRoomAfter, int CellsNamedMax = 8)
{
    public static readonly PlacementPolicy Default = new(KeepRoomAfter: TimeSpan.FromSeconds(60));
}
