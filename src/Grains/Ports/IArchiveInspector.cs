namespace Granary.Grains.Ports;

/// <summary>What uploaded bits hold, or why they are refused.</summary>
/// <param name="Procfile">The text of the Procfile at the top; null if there is none.</param>
/// <param name="Fault">What is wrong with the archive, for the user; null when it is fine.</param>
public sealed record ArchiveInspection(string? Procfile, string? Fault);

/// <summary>Checks an archive against every rule of unpacking, without writing anything.</summary>
public interface IArchiveInspector
{
    Task<ArchiveInspection> Inspect(Stream bits, CancellationToken cancellation);
}
