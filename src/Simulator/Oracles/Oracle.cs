namespace Granary.Simulator.Oracles;

/// <summary>One promise, and how to see at the end of a world that it was broken: each violation in words. Some are seen as they happen, too.</summary>
internal sealed record Oracle(string Name, Func<World, IEnumerable<string>> Check)
{
    public static readonly Oracle[] All =
    [
        new("progress", Progress.Check),
        new("ends once", EndsOnce.Check),
        new("never two at once", NeverTwoAtOnce.Check),
        new("within bounds", WithinBounds.Check),
        new("outcome is real", OutcomeIsReal.Check),
        new("nothing remains", NothingRemains.Check),
        new("story explains", StoryExplains.Check),
        new("listing agrees", ListingAgrees.Check),
        new("history agrees", HistoryAgrees.Check),
        new("wanted is up", WantedIsUp.Check),
        new("drain is kept", DrainIsKept.Check),
    ];

    public static void CheckAll(World world)
    {
        foreach (var (name, check) in All)
        {
            foreach (var violation in check(world))
            {
                world.Violate(name, violation);
            }
        }
    }
}
