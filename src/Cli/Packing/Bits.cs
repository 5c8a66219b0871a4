namespace Granary.Cli.Packing;

/// <summary>The zip that is uploaded: the user's own, or one made of a folder.</summary>
/// <param name="Content">From its beginning.</param>
/// <param name="Description">For the user: what is pushed.</param>
internal sealed record Bits(FileStream Content, string Description) : IAsyncDisposable
{
    public long Length => Content.Length;

    public static Bits Open(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                // Made by the system for its owner alone.
                var temporary = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose);
                var files = FolderZip.Write(path, temporary);
                temporary.Position = 0;
                return new Bits(temporary, $"Packing {files} files of {Path.GetFullPath(path)}");
            }

            var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            if (!BeginsAsZip(file))
            {
                file.Dispose();
                throw new FailureException($"{path} is neither a folder nor a zip file.");
            }

            return new Bits(file, $"Pushing {Path.GetFullPath(path)}");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FailureException($"{path} does not exist: name a folder or a zip file with --path.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"{path} cannot be pushed: {fault.Message}", fault);
        }
    }

    public ValueTask DisposeAsync() => Content.DisposeAsync();

    /// <summary>The first entry, or the end of an archive without one.</summary>
    private static bool BeginsAsZip(FileStream file)
    {
        Span<byte> head = stackalloc byte[4];
        var isZip = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && (head.SequenceEqual("PK\x3\x4"u8) || head.SequenceEqual("PK\x5\x6"u8));
        file.Position = 0;
        return isZip;
    }
}
