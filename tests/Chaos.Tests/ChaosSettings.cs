namespace Granary.Chaos.Tests;

/// <summary>How large and how wild a run is.</summary>
/// <param name="Length">How long tasks are submitted and faults are made; then everything is mended.</param>
/// <param name="Faults">Faults of one run.</param>
/// <param name="Silos">Hosts, each with a silo, a warden, an engine and a cell of its own.</param>
/// <param name="IsFenced">Cells have wardens. Without them nobody stops the attempts of a silo that hangs, which is what shows that the oracles see; only that fault is made then, and no mark excuses anything.</param>
/// <param name="Workers">Instances of an app that are to stay up.</param>
public sealed record ChaosSettings(TimeSpan Length, int Faults, int Silos, bool IsFenced = true, int Workers = 4)
{
    public static readonly ChaosSettings Default = new(TimeSpan.FromSeconds(60), Faults: 5, Silos: 3);
}
