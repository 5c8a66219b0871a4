namespace Granary.Silo.Droplets;

/// <summary>What an archive that breaks no rule holds.</summary>
/// <param name="Entries">Files, directories and symbolic links that the archive lists.</param>
/// <param name="Bytes">Bytes of all files, unpacked and counted.</param>
/// <param name="Procfile">The text of the file "Procfile" at the top; null if there is none.</param>
public sealed record ArchiveSummary(int Entries, long Bytes, string? Procfile);
