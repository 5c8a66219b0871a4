namespace Granary.Grains.Contracts;

/// <summary>
/// The one actor that moves attempts off lost cells. There is one, with the key <see cref="Keys.Moving"/>; it keeps nothing that a later one would miss. Every
/// silo calls it, so that it lives as long as any silo does.
/// </summary>
public interface IMovingGrain : IGrainWithStringKey
{
    /// <summary>Tells the tasks of cells whose lease has provably ended. Does nothing when it was just done.</summary>
    Task Sweep();
}
