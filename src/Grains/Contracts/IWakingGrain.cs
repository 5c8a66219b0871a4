namespace Granary.Grains.Contracts;

/// <summary>
/// The one actor that wakes tasks, whose grains sleep until they are called. There is one, with the key <see cref="Keys.Waking"/>; it keeps nothing
/// that a later one would miss. Every silo calls it, so that it lives as long as any silo does.
/// </summary>
public interface IWakingGrain : IGrainWithStringKey
{
    /// <summary>Wakes the tasks whose time has passed. Does nothing when it was just done.</summary>
    Task Sweep();

    /// <summary>Wakes whoever may have waited for something that died with a silo. The first call about a silo does it.</summary>
    /// <param name="silo">Its address, with the number of its start.</param>
    Task SiloDied(string silo);
}
