using System.Formats.Tar;
using System.Runtime.CompilerServices;

namespace Granary.Silo.Droplets.Staged;

/// <summary>The entries of tars, each to be read before the next is asked for.</summary>
internal static class TarEntries
{
    /// <summary>Of a file or folder of a container.</summary>
    /// <param name="open">Opens it, as the pieces of a tar; null if there is none.</param>
    public static async IAsyncEnumerable<TarEntry> OfContainer(Func<string, Task<IAsyncEnumerable<ReadOnlyMemory<byte>>?>> open, string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var pieces = await open(path) ?? throw new ArchiveRefusedException($"{path} is not there any more");
        await using var stream = new PieceStream(pieces, cancellation);
        await foreach (var entry in Of(stream, fault => new IOException($"The engine's answer is no tar: {fault.Message}", fault), cancellation)) // It broke off; the next try gets it whole.
        {
            yield return entry;
        }
    }

    /// <param name="broken">What is thrown where it is no tar.</param>
    public static async IAsyncEnumerable<TarEntry> Of(Stream stream, Func<Exception, Exception> broken, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var tar = new TarReader(stream, leaveOpen: true);
        while (await Next(tar, broken, cancellation) is { } entry)
        {
            yield return entry;
        }
    }

    private static async Task<TarEntry?> Next(TarReader tar, Func<Exception, Exception> broken, CancellationToken cancellation)
    {
        try
        {
            return await tar.GetNextEntryAsync(copyData: false, cancellation);
        }
        // Of numbers beyond all bounds in a header the reader tells as they come to it.
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException or OverflowException or ArgumentException or FormatException or NotSupportedException or (InvalidOperationException and not ObjectDisposedException))
        {
            throw broken(fault);
        }
    }
}
