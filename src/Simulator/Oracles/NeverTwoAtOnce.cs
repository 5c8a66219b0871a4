using Granary.Core.Attempts;
using Granary.Simulator.Parts;

namespace Granary.Simulator.Oracles;

/// <summary>
/// Two attempts of one work never run at once, and no number is used twice; the witness sees both as they happen. Excused is what nobody could have stopped, and what its story calls
/// unconfirmed; and then the story says so in the end.
/// </summary>
internal static class NeverTwoAtOnce
{
    /// <summary>Who was dead or stopped and goes on has this long to act.</summary>
    private static readonly TimeSpan ActsWithin = TimeSpan.FromSeconds(2);

    public static bool IsExcused(World world, AttemptKey older, Host host) =>
        host.UnguardedSince is not null
        || world.Agenda.Now - host.UnguardedUntil < ActsWithin
        || SaysUnconfirmed(world.Database.Works.Find(older.Work)?.Work);

    public static IEnumerable<string> Check(World world) =>
        from pair in world.Witness.Excused.OrderBy(each => (each.Value, each.Key.Older.Work, each.Key.Older.Number))
        let overlap = pair.Key
        let work = world.Database.Works.Find(overlap.Older.Work)?.Work
        where !IsWithoutTrace(world, overlap, pair.Value) && work is { Story.Omitted: 0, Story.Entries.IsEmpty: false } && !SaysUnconfirmed(work)
        select $"attempts {overlap.Older.Number} and {overlap.Newer} of {World.Words(work)} ran at once, and the story does not say unconfirmed";

    /// <summary>What ended with its engine, on a host that lost its power since, or where nobody comes back, leaves nothing to tell by how long it ran.</summary>
    private static bool IsWithoutTrace(World world, Overlap overlap, TimeSpan at) =>
        overlap.OlderOn.IsGone || overlap.OlderOn.LostPowerAt > at || world.Witness.EndedWithItsEngine.Contains(overlap.Older);

    private static bool SaysUnconfirmed(WorkState? work) => work?.Story.Entries.Exists(each => each.Text.Contains("unconfirmed", StringComparison.Ordinal)) == true;
}
