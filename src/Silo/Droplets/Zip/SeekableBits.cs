namespace Granary.Silo.Droplets.Zip;

/// <summary>
/// Bits that can be read at any position, as a zip must be: its directory is at its end. Bits that come over a network are first put
/// into a file of the temporary folder, which vanishes with this object.
/// </summary>
internal sealed class SeekableBits : IAsyncDisposable
{
    private const int CopyBytes = 128 * 1024;

    private readonly bool isOwn;

    private SeekableBits(Stream stream, bool isOwn)
    {
        Stream = stream;
        this.isOwn = isOwn;
    }

    public Stream Stream { get; }

    public static async Task<SeekableBits> Of(Stream bits, long bytesMax, CancellationToken cancellation)
    {
        if (bits.CanSeek)
        {
            return bits.Length <= bytesMax ? new SeekableBits(bits, isOwn: false) : throw TooLarge(bytesMax);
        }

        var file = TemporaryFile();
        try
        {
            var buffer = new byte[CopyBytes];
            int read;
            while ((read = await bits.ReadAsync(buffer, cancellation)) > 0)
            {
                if (file.Length + read > bytesMax)
                {
                    throw TooLarge(bytesMax);
                }

                await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }

            return new SeekableBits(file, isOwn: true);
        }
        catch (Exception)
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>An empty file of the temporary folder, which vanishes when it is closed.</summary>
    public static FileStream TemporaryFile() => new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        Options = FileOptions.DeleteOnClose,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    public ValueTask DisposeAsync() => isOwn ? Stream.DisposeAsync() : ValueTask.CompletedTask;

    private static ArchiveRefusedException TooLarge(long bytesMax) => new($"the archive has more than {bytesMax} bytes");
}
