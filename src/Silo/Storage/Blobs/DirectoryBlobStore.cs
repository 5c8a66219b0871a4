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

        // What lies beyond the offset is a part of these very bytes, left by a call that broke off, or all of them: a repetition.
        // More than that is of an upload that broke off, which this one may only begin anew.
        if (file.Length > offset + bytes.Length)
        {
            if (offset > 0)
            {
                return false;
            }

            file.SetLength(0);
        }

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

    /// <summary>
    /// Removes the files of uploads that nothing was added to since then, and the answers that nobody has asked for again; returns how many.
    /// An upload that goes on just now is passed over: who writes or seals a part holds it, and has touched it when it is let go.
    /// </summary>
    public int Sweep(DateTimeOffset since) => Directory.EnumerateFiles(uploads).Count(each => IsOlder(each, since) && RemoveUnlessHeld(each, since));

    Task<int> IUploads.Sweep(DateTimeOffset since, CancellationToken cancellation) => Task.FromResult(Sweep(since));

    public Task Delete(string digest, CancellationToken cancellation)
    {
        var path = BlobPath(digest);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    public async Task<Stream> Open(string digest, CancellationToken cancellation)
    {
        var path = BlobPath(digest);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There are no bits with the digest {digest}.", path);
        }

        var file = OpenRead(path);
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

    private static FileStream OpenRead(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, useAsync: true);

    private static async Task<Blob> Seal(string part, CancellationToken cancellation)
    {
        await using var file = new FileStream(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None, BufferBytes, useAsync: true);
        File.SetLastWriteTimeUtc(file.SafeFileHandle, TimeProvider.System.GetUtcNow().UtcDateTime); // It is no remnant any more.
        var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        return new Blob(digest, file.Length);
    }

    private async Task<Blob?> ReadDone(Guid upload, CancellationToken cancellation)
    {
        if (!File.Exists(DonePath(upload)))
        {
            return null;
        }

        var words = (await File.ReadAllTextAsync(DonePath(upload), cancellation)).Split(' ');
        return new Blob(words[0], long.Parse(words[1], CultureInfo.InvariantCulture));
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
