using System.Globalization;

namespace Granary.Testing;

/// <summary>
/// The folder of this test process for engines, databases and files: <c>$GRANARY_TEST_STATE/PID</c>, by default below /tmp/granary-test.
/// A lock, which the kernel frees whatever way a process dies, tells living owners from dead ones; what dead ones left is
/// ended and deleted before the first use.
/// </summary>
public static class TestState
{
    /// <summary>To wait for another test process that is cleaning up, 2 minutes: the stop of some engines, each with its containers' grace.</summary>
    private static readonly TimeSpan LockWaitMax = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LockPollInterval = TimeSpan.FromMilliseconds(50);

    private static readonly Lazy<Task<Owned>> Own = new(Claim);

    /// <summary>A folder for one thing with this name; its parent exists, it does not, unless this process made it.</summary>
    public static async Task<string> FolderFor(string name) => Path.Combine((await Own.Value).Folder, name);

    private static async Task<Owned> Claim()
    {
        var root = Environment.GetEnvironmentVariable("GRANARY_TEST_STATE") is { Length: > 0 } given ? given : "/tmp/granary-test";
        Directory.CreateDirectory(root);
        await using var turn = await WaitForTurn(Path.Combine(root, "lock"));
        foreach (var folder in Directory.GetDirectories(root))
        {
            await CleanUpAfterDead(folder);
        }

        var own = Path.Combine(root, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(own);
        var owner = TryLock(OwnerFile(own)) ?? throw new InvalidOperationException($"{own} belongs to another living process.");
        return new(own, owner);
    }

    private static async Task CleanUpAfterDead(string folder)
    {
        await using var owner = TryLock(OwnerFile(folder));
        if (owner is null)
        {
            return;
        }

        // A demo has its engine one level below.
        foreach (var thing in Directory.GetDirectories(folder).SelectMany(each => new[] { each, Path.Combine(each, "engine") }))
        {
            if (LocalCluster.IsAt(thing))
            {
                await LocalCluster.Destroy(thing);
            }
            else if (PrivateEngine.IsAt(thing))
            {
                await Script.Run(PrivateEngine.ScriptPath, "destroy", thing);
            }
            else if (PrivatePostgres.IsAt(thing))
            {
                await Script.Run(PrivatePostgres.ScriptPath, "destroy", thing);
            }
        }

        // Disks that a killed silo left mounted. What they hold is of the dead alone.
        await Mounts.Take(folder);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<FileStream> WaitForTurn(string path)
    {
        var deadline = TimeProvider.System.GetUtcNow() + LockWaitMax;
        while (true)
        {
            if (TryLock(path) is { } turn)
            {
                return turn;
            }

            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                throw new TimeoutException($"Another test process has held {path} for {LockWaitMax}.");
            }

            await Task.Delay(LockPollInterval);
        }
    }

    /// <summary>Opens a file for this process alone; null if another has it.</summary>
    private static FileStream? TryLock(string path)
    {
        try
        {
            return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException cause) when (cause is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    private static string OwnerFile(string folder) => Path.Combine(folder, "owner");

    private sealed record Owned(string Folder, FileStream Owner);
}
