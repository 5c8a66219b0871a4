using System.Diagnostics;

namespace Granary.Testing;

/// <summary>What is mounted on this machine, as the kernel has it.</summary>
public static class Mounts
{
    /// <summary>The places below a folder, the deepest first.</summary>
    public static IReadOnlyList<string> Below(string folder) =>
    [
        .. File.ReadAllLines("/proc/self/mountinfo")
            .Select(line => line.Split(' ')[4].Replace("\\040", " ", StringComparison.Ordinal))
            .Where(each => each.StartsWith(folder + "/", StringComparison.Ordinal))
            .OrderByDescending(each => each.Length),
    ];

    /// <summary>Takes them all away; whoever uses one keeps it as long as it does.</summary>
    public static async Task Take(string folder)
    {
        foreach (var mount in Below(folder))
        {
            using var umount = Process.Start("umount", ["--lazy", mount]);
            await umount.WaitForExitAsync();
            if (umount.ExitCode != 0)
            {
                throw new InvalidOperationException($"{mount} cannot be unmounted.");
            }
        }
    }
}
