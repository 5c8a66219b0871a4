using System.Diagnostics;
using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Tasks;

namespace Granary.Silo.Wardens;

/// <summary>
/// A warden freezes and kills a process of its own before it takes a lease. So it is known from the start that it can, and its first kill that counts does not wait for the
/// compiler: on a machine under full load that took longer than all the killing.
/// </summary>
internal static class Rehearsal
{
    private const string Victim = "victim";

    /// <summary>For the end of a process that was killed, on a machine under full load.</summary>
    private static readonly TimeSpan EndMax = TimeSpan.FromSeconds(5);

    /// <param name="parent">The group of the cell, which is not touched: this one's lies beside it.</param>
    /// <exception cref="IOException">Nothing can be killed through the kernel's groups here.</exception>
    public static async Task Run(string parent, CancellationToken cancellation)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{CellGroup.PathOf(parent)}.rehearsal-{Environment.ProcessId}");
        var mounts = ControlGroupMounts.Read();
        string[] folders = [.. new[] { mounts.Cpu, mounts.Freezer ?? mounts.Unified }.OfType<string>().Distinct().Select(mount => mount + path)];
        var group = CellGroup.Open(path);
        using var victim = StartVictim();
        try
        {
            foreach (var folder in folders)
            {
                var place = new ControlGroup(Directory.CreateDirectory(Path.Combine(folder, Victim)).FullName);
                place.Write("cgroup.procs", victim.Id.ToString(CultureInfo.InvariantCulture));
            }

            await group.Freeze(cancellation);
            var left = group.Kill(group.Attempts());
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(EndMax);
            await victim.WaitForExitAsync(limit.Token);
            if (!left.IsEmpty)
            {
                throw new IOException($"{path} still has a process after everything in it was killed.");
            }
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"Process {victim.Id} lives on in {path} {EndMax.TotalSeconds:0} s after it was killed.", late);
        }
        finally
        {
            victim.Kill();
            group.Thaw();
            await victim.WaitForExitAsync(CancellationToken.None);
            foreach (var folder in folders)
            {
                new ControlGroup(Path.Combine(folder, Victim)).Remove();
                new ControlGroup(folder).Remove();
            }
        }
    }

    private static Process StartVictim()
    {
        var start = new ProcessStartInfo("/bin/sleep", ["60"]);
        var attempt = new AttemptKey(Guid.NewGuid(), 1);
        start.Environment[TaskEnvironment.GuidVariable] = attempt.Work.ToString("D");
        start.Environment[TaskEnvironment.AttemptVariable] = attempt.Number.ToString(CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }
}
