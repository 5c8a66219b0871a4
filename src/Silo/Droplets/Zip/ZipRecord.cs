namespace Granary.Silo.Droplets.Zip;

/// <summary>What a zip's central directory says about one entry. Sizes and checksum are claims until the bytes were counted.</summary>
/// <param name="Name">As written, with the "/" at the end of a directory.</param>
/// <param name="Offset">Where the entry's local header begins.</param>
/// <param name="Mode">The Unix mode, kind included; 0 where the writer knew none.</param>
internal sealed record ZipRecord(string Name, int Method, uint Crc, long PackedBytes, long Bytes, long Offset, int Mode)
{
    public bool NamedAsDirectory => Name.EndsWith('/');
}
