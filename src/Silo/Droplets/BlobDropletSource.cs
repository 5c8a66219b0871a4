using Granary.Grains.Ports;

namespace Granary.Silo.Droplets;

/// <summary>Droplets come from the blob store that every silo shares.</summary>
internal sealed class BlobDropletSource(IBlobStore blobs) : IDropletSource
{
    public Task<Stream> Open(string digest, CancellationToken cancellation) => blobs.Open(digest, cancellation);
}

/// <summary>Uploads are checked by the very reader that unpacks them later.</summary>
internal sealed class ZipInspector(ZipUnpacker unpacker) : IArchiveInspector
{
    public async Task<ArchiveInspection> Inspect(Stream bits, CancellationToken cancellation)
    {
        try
        {
            return new ArchiveInspection((await unpacker.Inspect(bits, cancellation)).Procfile, null);
        }
        catch (ArchiveRefusedException fault)
        {
            return new ArchiveInspection(null, fault.Message);
        }
    }
}
