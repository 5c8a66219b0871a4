using System.ComponentModel;
using Granary.Core.Attempts;

namespace Granary.Silo.Docker;

/// <summary>A container's disk limit cannot be enforced here. The message says why, and what to do.</summary>
public sealed class ScratchUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// What containers write, each in a bounded file system of its own: an ext4 file of the limit's size, mounted by a loop device, and on it
/// the upper layer of an overlay over the droplet or image. The program sees "no space left on device" at the limit.
/// Folder of an attempt: <c>disk.img</c>, and <c>disk/</c> where it is mounted, with <c>upper/</c>, <c>work/</c> and <c>root/</c>, the overlay. They lie
/// below the mount on purpose: an engine that does not see our mounts finds no <c>root/</c> and refuses, instead of writing without a limit.
/// </summary>
internal sealed class ScratchSpace(string folder, DiskTemplates templates)
{
    /// <summary>Inode tables are zero in the template already; without this the kernel would fill them in the background.</summary>
    private const string DiskOptions = "noinit_itable";

    /// <summary>The kernel takes mount options of at most one page.</summary>
    private const int OptionsLengthMax = 4095;

    /// <summary>Makes the space of an attempt anew and returns the path of its writable copy of the lower folders, the topmost first.</summary>
    /// <param name="owner">User and group that own the copy's top folder.</param>
    public async Task<string> Make(AttemptKey attempt, int sizeMb, IReadOnlyList<string> lower, uint owner, CancellationToken cancellation)
    {
        Clear(attempt);
        var own = FolderOf(attempt);
        Directory.CreateDirectory(own);
        try
        {
            var image = Path.Combine(own, "disk.img");
            await templates.Copy(sizeMb, image, cancellation);
            var disk = Directory.CreateDirectory(Path.Combine(own, "disk")).FullName;
            using (var device = LoopDevice.Over(image))
            {
                Kernel.Mount(device.Path, disk, "ext4", DiskOptions);
            }

            return MountCopy(disk, lower, owner);
        }
        catch (Exception cause) when (cause is Win32Exception or IOException or UnauthorizedAccessException or ToolMissingException)
        {
            Clear(attempt);
            throw new ScratchUnavailableException($"the disk limit cannot be enforced on this host: {cause.Message}{Advice(cause)}", cause);
        }
    }

    /// <summary>Makes an empty folder on the disk of a writable copy, beside it.</summary>
    public static string MakeBeside(string copy, string name, uint owner)
    {
        var path = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(copy)!, "beside", name)).FullName;
        Kernel.ChangeMode(path, 0b111_101_101);
        Kernel.ChangeOwner(path, owner, owner);
        return path;
    }

    /// <summary>Takes the space of an attempt away. Idempotent.</summary>
    public void Clear(AttemptKey attempt) => Clear(FolderOf(attempt));

    /// <summary>Says to sweepers, also of other processes, that the attempt's space is being made: its container comes later than its disk.</summary>
    public IDisposable Hold(AttemptKey attempt)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(HoldFile(attempt.ContainerName), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new ScratchUnavailableException($"the disk limit cannot be enforced on this host, since its folder cannot be written: {cause.Message}{Advice(cause)}", cause);
        }
    }

    /// <summary>Takes away a space whose container does not exist; false if it is only just being made.</summary>
    public bool ClearLeftover(string name)
    {
        try
        {
            using var hold = new FileStream(HoldFile(name), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            Clear(name);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>What the file system can hold, in MB: what is free and what containers have taken of it.</summary>
    public int CapacityMb()
    {
        Directory.CreateDirectory(folder);
        var host = new DriveInfo(folder);
        var bytes = host.AvailableFreeSpace + Names().Sum(name => TakenBy(Path.Combine(folder, name, "disk"), host.TotalSize));
        return (int)Math.Min(int.MaxValue, bytes >> 20);
    }

    /// <summary>What an attempt has written.</summary>
    public long UsedBytes(AttemptKey attempt) => TakenBy(Path.Combine(FolderOf(attempt), "disk"), new DriveInfo(folder).TotalSize);

    /// <summary>Nothing where no disk is mounted: it is just being made or taken away, or a crash came in between. Such a folder tells of its host.</summary>
    private static long TakenBy(string path, long hostBytes)
    {
        try
        {
            var disk = new DriveInfo(path);
            return disk.TotalSize == hostBytes ? 0 : disk.TotalSize - disk.TotalFreeSpace;
        }
        catch (DriveNotFoundException)
        {
            return 0;
        }
    }

    /// <summary>The names of the containers that have space here.</summary>
    public IReadOnlyList<string> Names() =>
        Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path))] : [];

    public void Clear(string own)
    {
        own = Path.Combine(folder, own);
        if (!Directory.Exists(own))
        {
            return;
        }

        // The overlay lies on the disk, so it goes first. After both only our own few files are left; no mount is ever deleted through.
        var disk = Path.Combine(own, "disk");
        Kernel.Unmount(Path.Combine(disk, "root"));
        Kernel.Unmount(disk);
        File.Delete(Path.Combine(own, "disk.img"));
        if (Directory.Exists(disk))
        {
            Directory.Delete(disk);
        }

        Directory.Delete(own);
    }

    private static string MountCopy(string disk, IReadOnlyList<string> lower, uint owner)
    {
        var upper = Directory.CreateDirectory(Path.Combine(disk, "upper")).FullName;
        var work = Directory.CreateDirectory(Path.Combine(disk, "work")).FullName;
        var root = Directory.CreateDirectory(Path.Combine(disk, "root")).FullName;
        Kernel.ChangeMode(upper, 0b111_101_101);
        Kernel.ChangeOwner(upper, owner, owner);
        var options = $"lowerdir={string.Join(':', lower)},upperdir={upper},workdir={work}";
        if (options.Length > OptionsLengthMax)
        {
            throw new ScratchUnavailableException($"the image has too many layers ({lower.Count}) for the kernel's mount options: build it with fewer");
        }

        Kernel.Mount("overlay", root, "overlay", options);
        return root;
    }

    private string HoldFile(string name) => Path.Combine(folder, name + ".making");

    private string FolderOf(AttemptKey attempt) => Path.Combine(folder, attempt.ContainerName);

    private static string Advice(Exception cause) => cause is UnauthorizedAccessException or Win32Exception { NativeErrorCode: Kernel.NoPermission }
        ? "; run Granary as root, which mounting needs"
        : "";
}
