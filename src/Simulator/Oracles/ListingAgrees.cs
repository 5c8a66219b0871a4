namespace Granary.Simulator.Oracles;

/// <summary>The indexes by which rows are found, and so all lists, are what the rows say.</summary>
internal static class ListingAgrees
{
    public static IEnumerable<string> Check(World world) => world.Database.Works.Disagreements();
}
