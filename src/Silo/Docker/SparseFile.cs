using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Granary.Silo.Docker;

/// <summary>Copies of files that are mostly holes, without filling the holes.</summary>
internal static partial class SparseFile
{
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int BufferBytes = 64 * 1024;

    public static void Copy(string from, string to)
    {
        using var source = File.OpenHandle(from);
        using var target = File.OpenHandle(to, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var length = RandomAccess.GetLength(source);
        RandomAccess.SetLength(target, length);
        var buffer = new byte[BufferBytes];
        var offset = Seek(source, 0, SeekData);
        while (offset is { } start)
        {
            var end = Seek(source, start, SeekHole) ?? length;
            for (var at = start; at < end;)
            {
                var count = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(BufferBytes, end - at)), at);
                if (count == 0)
                {
                    throw new EndOfStreamException($"{from} became shorter while it was copied.");
                }

                RandomAccess.Write(target, buffer.AsSpan(0, count), at);
                at += count;
            }

            offset = Seek(source, end, SeekData);
        }
    }

    private static long? Seek(SafeFileHandle file, long offset, int whence)
    {
        var found = SeekCall(file, offset, whence);
        if (found >= 0)
        {
            return found;
        }

        return Marshal.GetLastPInvokeError() == Kernel.NoSuchAddress ? null : throw Kernel.Failure("find data in a sparse file");
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long SeekCall(SafeFileHandle file, long offset, int whence);
}
