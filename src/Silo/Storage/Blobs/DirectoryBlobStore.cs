using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Blobs;

/// <summary>
/// Bits in a directory that every silo which needs them can see: <c>sha256/ab/DIGEST</c> for what is complete, <c>uploads/GUID.part</c> for
/// what is on its way, <c>uploads/GUID.done</c> for the answer that a repeated end of an upload gets.
/// 1. A file below sha256/ has its whole, synced content from the instant it exists; it is never written again.
/// 2. Nobody reads bits that do not have the digest they are named by.
/// </summary>
internal sealed class DirectoryBlobStore : IBlobStore, IUploads
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>EAGAIN, of a file that somebody holds.</summary>
    private const int WouldBlock = 11;

    private static readonly TimeSpan HoldPollInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>A sweep reads the ends of uploads while it holds bits, 10 s: thousands of small files on a slow disk.</summary>
    private static readonly TimeSpan HoldMax = TimeSpan.FromSeconds(10);

    private readonly string blobs;
    private readonly string uploads;

    public DirectoryBlobStore(string root)
    {
        blobs = Path.Combine(Path.GetFullPath(root), "sha256");
        uploads = Path.Combine(Path.GetFullPath(root), "uploads");
        Directory.CreateDirectory(blobs);
        Directory.CreateDirectory(uploads);
    }

    public async Task<bool> Append(Guid upload, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (await ReadDone(upload, cancellation) is { } done)
        {
            return offset + bytes.Length <= done.SizeBytes; // A repetition that comes after the end; the bits are sealed.
        }

        await using var file = new FileStream(PartPath(upload), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, useAsync: true);
        if (offset > file.Length)
        {
            return false;
        }

        if (file.Length >= offset + bytes.Length)
        {
            return true; // A repetition.
        }

        // What lies beyond the offset is a part of these very bytes, left by a call that broke off.
        file.Position = offset;
        await file.WriteAsync(bytes, cancellation);
        return true;
    }

    public async Task<Blob> Complete(Guid upload, CancellationToken cancellation)
    {
        var part = PartPath(upload);
        var done = await ReadDone(upload, cancellation);
        if (done is null)
        {
            done = await Seal(part, cancellation);
            await WriteDone(upload, done, cancellation);
        }

        if (File.Exists(part))
        {
            var path = BlobPath(done.Digest);
            DurableDirectory.Create(Path.GetDirectoryName(path)!);
            await using var held = await Hold(path, cancellation); // A sweep that has not seen our answer lets go of the path before we put the bits there.
            File.Move(part, path, overwrite: true); // The same digest is the same content.
            DurableDirectory.Sync(Path.GetDirectoryName(path)!);
        }

        return done;
    }

    public Task Abandon(Guid upload, CancellationToken cancellation)
    {
        File.Delete(PartPath(upload));
        File.Delete(DonePath(upload));
        return Task.CompletedTask;
    }

    /// <summary>An upload that goes on just now is passed over: who writes or seals a part holds it, and has touched it when it is let go.</summary>
    public async Task<int> Sweep(DateTimeOffset since, DateTimeOffset endedSince, IBlobReferences references, CancellationToken cancellation)
    {
        var removed = Directory.EnumerateFiles(uploads).Count(each => !each.EndsWith(".done", StringComparison.Ordinal) && IsOlder(each, since) && RemoveUnlessHeld(each, since));
        var ended = await Ends(each => IsOlder(each, endedSince), cancellation);
        var referred = await references.Among(ended.Values.ToHashSet(), cancellation);
        foreach (var end in ended.GroupBy(each => each.Value, each => each.Key))
        {
            if (referred.Contains(end.Key) || await RemoveBits(end.Key, [.. end], cancellation))
            {
                removed += end.Count(each => RemoveUnlessHeld(each, endedSince));
            }
        }

        return removed;
    }

    /// <summary>
    /// Removes bits that only these ends of uploads name. False while somebody holds them. Whoever seals the same bits has written its own end before it
    /// puts them in their place, and cannot do that while we hold what lies there.
    /// </summary>
    private async Task<bool> RemoveBits(string digest, string[] ended, CancellationToken cancellation)
    {
        var path = BlobPath(digest);
        try
        {
            await using var held = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            if (!(await Ends(each => !ended.Contains(each), cancellation)).ContainsValue(digest))
            {
                File.Delete(path);
            }

            return true;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException fault) when (fault.HResult == WouldBlock)
        {
            return false;
        }
    }

    /// <summary>The files of ended uploads and the digests of their bits.</summary>
    private async Task<Dictionary<string, string>> Ends(Func<string, bool> which, CancellationToken cancellation)
    {
        var ends = new Dictionary<string, string>();
        foreach (var path in Directory.EnumerateFiles(uploads, "*.done").Where(which))
        {
            if (await ReadEnd(path, cancellation) is { } blob)
            {
                ends[path] = blob.Digest;
            }
        }

        return ends;
    }

    public Task Delete(string digest, CancellationToken cancellation)
    {
        var path = BlobPath(digest);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    /// <summary>As an end of an upload that never was: the sweep looks at its bits when it is old enough.</summary>
    public Task Release(string digest, CancellationToken cancellation) => WriteDone(BlobRelease.UploadOf(digest), new Blob(digest, 0), cancellation);

    public async Task<Stream> Open(string digest, CancellationToken cancellation)
    {
        var file = await Hold(BlobPath(digest), cancellation) ?? throw new FileNotFoundException($"There are no bits with the digest {digest}.", BlobPath(digest));
        try
        {
            var actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
            if (actual != digest)
            {
                throw new InvalidDataException($"The bits stored as {digest} have the digest {actual}: the file was damaged. Remove {file.Name} and upload them again.");
            }

            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static bool IsOlder(string path, DateTimeOffset since) => File.GetLastWriteTimeUtc(path) < since.UtcDateTime;

    private static bool RemoveUnlessHeld(string path, DateTimeOffset since)
    {
        try
        {
            using var held = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            if (!IsOlder(path, since))
            {
                return false;
            }

            File.Delete(path);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false; // It was moved, or another silo was quicker.
        }
        catch (IOException fault) when (fault.HResult == WouldBlock)
        {
            return false;
        }
    }

    /// <summary>Opens a file that is there, or null; a sweep that has it to itself is waited for, which takes moments.</summary>
    private static async Task<FileStream?> Hold(string path, CancellationToken cancellation)
    {
        for (var waited = TimeSpan.Zero; ; waited += HoldPollInterval)
        {
            try
            {
                return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, useAsync: true);
            }
            catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
            catch (IOException fault) when (fault.HResult == WouldBlock && waited < HoldMax)
            {
                await Task.Delay(HoldPollInterval, cancellation);
            }
        }
    }

    private static async Task<Blob> Seal(string part, CancellationToken cancellation)
    {
        await using var file = new FileStream(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None, BufferBytes, useAsync: true);
        File.SetLastWriteTimeUtc(file.SafeFileHandle, TimeProvider.System.GetUtcNow().UtcDateTime); // It is no remnant any more.
        var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        return new Blob(digest, file.Length);
    }

    private Task<Blob?> ReadDone(Guid upload, CancellationToken cancellation) => ReadEnd(DonePath(upload), cancellation);

    private static async Task<Blob?> ReadEnd(string path, CancellationToken cancellation)
    {
        try
        {
            var words = (await File.ReadAllTextAsync(path, cancellation)).Split(' ');
            return new Blob(words[0], long.Parse(words[1], CultureInfo.InvariantCulture));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private async Task WriteDone(Guid upload, Blob blob, CancellationToken cancellation)
    {
        var path = DonePath(upload);
        var temporary = $"{path}.tmp";
        await using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true))
        {
            await file.WriteAsync(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{blob.Digest} {blob.SizeBytes}")), cancellation);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
        }

        File.Move(temporary, path, overwrite: true);
        DurableDirectory.Sync(uploads);
    }

    private string PartPath(Guid upload) => Path.Combine(uploads, $"{upload:D}.part");

    private string DonePath(Guid upload) => Path.Combine(uploads, $"{upload:D}.done");

    /// <summary>Throws <see cref="ArgumentException"/> for a text that is no digest, so that no path of somebody else's making is opened.</summary>
    private string BlobPath(string digest) =>
        digest.Length == 64 && digest.AsSpan().IndexOfAnyExcept(HexDigits) < 0
            ? Path.Combine(blobs, digest[..2], digest)
            : throw new ArgumentException("A digest is 64 lower-case hexadecimal digits.", nameof(digest));

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
}
