using Granary.Grains.Ports;

namespace Granary.Silo.Droplets.Staged;

/// <summary>Puts a file of our own making into the blob store.</summary>
internal static class StoredFile
{
    private const int PieceBytes = 512 * 1024;

    public static async Task<Blob> Store(this IBlobStore blobs, FileStream file, CancellationToken cancellation)
    {
        var upload = Guid.NewGuid();
        var piece = new byte[PieceBytes];
        file.Position = 0;
        int read;
        for (var offset = 0L; (read = await file.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellation)) > 0; offset += read)
        {
            if (!await blobs.Append(upload, offset, piece.AsMemory(0, read), cancellation))
            {
                throw new IOException($"The store has a gap before byte {offset} of a droplet."); // What broke off is left to the sweep of uploads.
            }
        }

        return await blobs.Complete(upload, cancellation);
    }
}
