using System.Data.Common;
using System.Security.Cryptography;
using Dapper;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Blobs;

/// <summary>
/// Bits in the database of the cluster, in the pieces in which they came. A digest names a content, which belongs to one upload:
/// 1. The pieces of a content do not change once a digest names it.
/// 2. Nobody reads bits that do not have the digest they are named by.
/// </summary>
internal sealed class PostgresBlobStore(Database database, TimeProvider clock) : IBlobStore, IUploads
{
    /// <summary>Pieces read at once: with pieces of half a megabyte they are a few megabytes of memory.</summary>
    private const int PiecesAtOnce = 8;

    public Task<bool> Append(Guid upload, long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return database.Write(
            async (connection, transaction) =>
            {
                await Execute("INSERT INTO granary_blob_upload (upload, content, size_bytes, touched_at) VALUES (@Upload, gen_random_uuid(), 0, @Now) ON CONFLICT DO NOTHING", new { Upload = upload, Now = Micros(clock.GetUtcNow()) });
                var row = await connection.QuerySingleAsync<UploadRow>(Command($"{SelectUpload} FOR UPDATE", new { Upload = upload }));
                if (row.Digest is not null)
                {
                    return offset + bytes.Length <= row.Size; // A repetition that comes after the end; the bits are sealed.
                }

                if (offset > row.Size)
                {
                    return false;
                }

                if (offset + bytes.Length <= row.Size)
                {
                    return true; // A repetition.
                }

                await Execute("DELETE FROM granary_blob_piece WHERE content = @Content AND start >= @Offset", new { row.Content, Offset = offset });
                await Execute("UPDATE granary_blob_piece SET bytes = substring(bytes FROM 1 FOR (@Offset - start)::integer) WHERE content = @Content AND start < @Offset AND start + length(bytes) > @Offset", new { row.Content, Offset = offset });
                if (!bytes.IsEmpty)
                {
                    await Execute("INSERT INTO granary_blob_piece (content, start, bytes) VALUES (@Content, @Offset, @Bytes)", new { row.Content, Offset = offset, Bytes = bytes.ToArray() });
                }

                await Execute("UPDATE granary_blob_upload SET size_bytes = @Size, touched_at = @Now WHERE upload = @Upload", new { Upload = upload, Size = offset + bytes.Length, Now = Micros(clock.GetUtcNow()) });
                return true;

                CommandDefinition Command(string sql, object parameters) => new(sql, parameters, transaction, cancellationToken: cancellation);

                Task Execute(string sql, object parameters) => connection.ExecuteAsync(Command(sql, parameters));
            },
            cancellation);
    }

    public async Task<Blob> Complete(Guid upload, CancellationToken cancellation)
    {
        while (true)
        {
            var row = await database.Read(connection => connection.QuerySingleOrDefaultAsync<UploadRow>(new CommandDefinition(SelectUpload, new { Upload = upload }, cancellationToken: cancellation)), cancellation)
                ?? throw new FileNotFoundException($"There is no upload {upload}.");
            if (row.Digest is { } done)
            {
                return new Blob(done, row.Size);
            }

            var digest = await Copy(row.Content, row.Size, Stream.Null, cancellation);
            if (await database.Write((connection, transaction) => Seal(upload, row, digest, connection, transaction, cancellation), cancellation))
            {
                return new Blob(digest, row.Size);
            }
        }
    }

    public Task Abandon(Guid upload, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var parameters = new { Upload = upload };
            var contents = await connection.QueryAsync<Guid>(new CommandDefinition("DELETE FROM granary_blob_upload WHERE upload = @Upload RETURNING content", parameters, transaction, cancellationToken: cancellation));
            return await RemoveUnnamed(contents, connection, transaction, cancellation);
        },
        cancellation);

    public Task Delete(string digest, CancellationToken cancellation) => database.Write(
        async (connection, transaction) =>
        {
            var contents = await connection.QueryAsync<Guid>(new CommandDefinition("DELETE FROM granary_blob WHERE digest = @Digest RETURNING content", new { Digest = digest }, transaction, cancellationToken: cancellation));
            return await RemoveUnnamed(contents, connection, transaction, cancellation);
        },
        cancellation);

    /// <summary>As an end of an upload that never was: the sweep looks at its bits when it is old enough.</summary>
    public Task Release(string digest, CancellationToken cancellation) => database.Write(
        (connection, transaction) => connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO granary_blob_upload (upload, content, size_bytes, digest, touched_at) VALUES (@Upload, gen_random_uuid(), 0, @Digest, @Now) ON CONFLICT (upload) DO UPDATE SET touched_at = excluded.touched_at",
            new { Upload = BlobRelease.UploadOf(digest), Digest = digest, Now = Micros(clock.GetUtcNow()) },
            transaction,
            cancellationToken: cancellation)),
        cancellation);

    /// <summary>Out of a file of the temporary folder, which vanishes when it is closed: who reads reads on, whatever becomes of the rows.</summary>
    public async Task<Stream> Open(string digest, CancellationToken cancellation)
    {
        var row = await database.Read(
            connection => connection.QuerySingleOrDefaultAsync<UploadRow>(new CommandDefinition("SELECT content AS \"Content\", size_bytes AS \"Size\", digest AS \"Digest\" FROM granary_blob WHERE digest = @Digest", new { Digest = digest }, cancellationToken: cancellation)),
            cancellation) ?? throw new FileNotFoundException($"There are no bits with the digest {digest}.");
        var file = new FileStream(Path.Combine(Path.GetTempPath(), $"granary-{Guid.NewGuid():N}"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            var actual = await Copy(row.Content, row.Size, file, cancellation);
            if (actual != digest)
            {
                throw new InvalidDataException($"The bits stored as {digest} in the {database.Place} have the digest {actual}: they were damaged. Remove them from the table granary_blob and upload them again.");
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

    public async Task<int> Sweep(DateTimeOffset since, DateTimeOffset endedSince, IBlobReferences references, CancellationToken cancellation)
    {
        var removed = await database.Write(
            async (connection, transaction) =>
            {
                var contents = (await connection.QueryAsync<Guid>(new CommandDefinition("DELETE FROM granary_blob_upload WHERE digest IS NULL AND touched_at < @Since RETURNING content", new { Since = Micros(since) }, transaction, cancellationToken: cancellation))).AsList();
                await RemoveUnnamed(contents, connection, transaction, cancellation);
                return contents.Count;
            },
            cancellation);

        var ended = await database.Read(
            connection => connection.QueryAsync<EndRow>(new CommandDefinition("SELECT upload AS \"Upload\", digest AS \"Digest\" FROM granary_blob_upload WHERE digest IS NOT NULL AND touched_at < @Since", new { Since = Micros(endedSince) }, cancellationToken: cancellation)),
            cancellation);
        var byDigest = ended.ToLookup(each => each.Digest, each => each.Upload);
        var referred = await references.Among([.. byDigest.Select(each => each.Key)], cancellation);
        foreach (var end in byDigest)
        {
            removed += await database.Write((connection, transaction) => RemoveEnd(end.Key, [.. end], referred.Contains(end.Key), connection, transaction, cancellation), cancellation);
        }

        return removed;
    }

    /// <summary>Removes ends of uploads, and their bits if they are not referred to and no other end names them. Whoever seals the same bits waits for the lock, or we for its.</summary>
    private static async Task<int> RemoveEnd(string digest, Guid[] ended, bool isReferred, DbConnection connection, DbTransaction transaction, CancellationToken cancellation)
    {
        var parameters = new { Digest = digest, Ended = ended };
        if (!isReferred)
        {
            await connection.ExecuteAsync(Command("SELECT 1 FROM granary_blob WHERE digest = @Digest FOR UPDATE"));
            var contents = await connection.QueryAsync<Guid>(Command("DELETE FROM granary_blob WHERE digest = @Digest AND NOT EXISTS (SELECT 1 FROM granary_blob_upload WHERE digest = @Digest AND NOT upload = ANY(@Ended)) RETURNING content"));
            await RemoveUnnamed(contents, connection, transaction, cancellation);
        }

        return await connection.ExecuteAsync(Command("DELETE FROM granary_blob_upload WHERE upload = ANY(@Ended) AND digest = @Digest"));

        CommandDefinition Command(string sql) => new(sql, parameters, transaction, cancellationToken: cancellation);
    }

    private const string SelectUpload = "SELECT content AS \"Content\", size_bytes AS \"Size\", digest AS \"Digest\" FROM granary_blob_upload WHERE upload = @Upload";

    private static long Micros(DateTimeOffset at) => ListingRow.Micros(at);

    /// <summary>False when the upload changed meanwhile.</summary>
    private async Task<bool> Seal(Guid upload, UploadRow row, string digest, DbConnection connection, DbTransaction transaction, CancellationToken cancellation)
    {
        var sealedRows = await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE granary_blob_upload SET digest = @Digest, touched_at = @Now WHERE upload = @Upload AND content = @Content AND size_bytes = @Size AND digest IS NULL",
            new { Upload = upload, row.Content, row.Size, Digest = digest, Now = Micros(clock.GetUtcNow()) },
            transaction,
            cancellationToken: cancellation));
        if (sealedRows == 0)
        {
            return false;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO granary_blob (digest, content, size_bytes) VALUES (@Digest, @Content, @Size) ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest", // Which locks the row against a sweep.
            new { Digest = digest, row.Content, row.Size },
            transaction,
            cancellationToken: cancellation));
        await RemoveUnnamed([row.Content], connection, transaction, cancellation); // The same digest is the same content: one copy is enough.
        return true;
    }

    private static Task<int> RemoveUnnamed(IEnumerable<Guid> contents, DbConnection connection, DbTransaction transaction, CancellationToken cancellation) =>
        connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM granary_blob_piece WHERE content = ANY(@Contents) AND NOT EXISTS (SELECT 1 FROM granary_blob WHERE granary_blob.content = granary_blob_piece.content)",
            new { Contents = contents.ToArray() },
            transaction,
            cancellationToken: cancellation));

    /// <summary>Writes a content out and returns its digest.</summary>
    private async Task<string> Copy(Guid content, long size, Stream to, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var position = 0L;
        while (position < size)
        {
            var parameters = new { Content = content, Position = position, PiecesAtOnce };
            var pieces = await database.Read(
                connection => connection.QueryAsync<PieceRow>(new CommandDefinition("SELECT start AS \"Start\", bytes AS \"Bytes\" FROM granary_blob_piece WHERE content = @Content AND start >= @Position ORDER BY start LIMIT @PiecesAtOnce", parameters, cancellationToken: cancellation)),
                cancellation);
            var before = position;
            foreach (var piece in pieces.Where(each => each.Start == position))
            {
                hash.AppendData(piece.Bytes);
                await to.WriteAsync(piece.Bytes, cancellation);
                position += piece.Bytes.Length;
            }

            if (position == before)
            {
                throw new FileNotFoundException($"The bits end after {position} of {size} bytes: they were removed."); // While they were read.
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed class UploadRow
    {
        public Guid Content { get; init; }

        public long Size { get; init; }

        public string? Digest { get; init; }
    }

    private sealed class EndRow
    {
        public Guid Upload { get; init; }

        public string Digest { get; init; } = "";
    }

    private sealed class PieceRow
    {
        public long Start { get; init; }

        public byte[] Bytes { get; init; } = [];
    }
}
