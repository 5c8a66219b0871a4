namespace Granary.Grains.Ports;

/// <summary>Keeps package and droplet bits by the SHA-256 of their content (lower-case hex). What is stored never changes.</summary>
public interface IBlobStore
{
    /// <summary>
    /// Adds bytes to an upload at <paramref name="offset"/>. What an upload has at an offset never changes, so repeating any call is harmless, however late.
    /// Refuses (returns false) a gap.
    /// </summary>
    Task<bool> Append(Guid upload, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>Ends an upload: the bits become readable under their digest. Idempotent.</summary>
    Task<Blob> Complete(Guid upload, CancellationToken cancellation);

    /// <summary>Forgets an upload that will not be completed.</summary>
    Task Abandon(Guid upload, CancellationToken cancellation);

    /// <summary>Removes bits that nobody refers to, such as an archive that was refused. Idempotent; who reads them reads on.</summary>
    Task Delete(string digest, CancellationToken cancellation);

    /// <summary>
    /// Says that one who refers to bits is about to go: a later sweep removes them if nobody else does. Idempotent, and harmless if he stays.
    /// </summary>
    Task Release(string digest, CancellationToken cancellation);

    /// <summary>Opens bits for reading; throws <see cref="FileNotFoundException"/> when there are none under this digest.</summary>
    Task<Stream> Open(string digest, CancellationToken cancellation);
}

/// <param name="Digest">SHA-256, lower-case hex.</param>
public sealed record Blob(string Digest, long SizeBytes);
