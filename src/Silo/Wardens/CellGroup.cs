using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Granary.Core.Attempts;
using Granary.Core.Cells;

namespace Granary.Silo.Wardens;

/// <summary>What the two kinds of control groups have in common: which processes are whose, and what is told to die.</summary>
internal abstract class CellGroup(ControlGroup group, CpuShare share) : ICellGroup
{
    /// <summary>The engine's driver of groups that writes to the kernel itself.</summary>
    public const string Cgroupfs = "cgroupfs";

    private const string Systemd = "systemd";

    /// <summary>How long a group may take to freeze before what it has is killed anyway: freezing 50 busy containers took a tenth of it.</summary>
    private static readonly TimeSpan FreezeMax = TimeSpan.FromMilliseconds(200);

    /// <summary>How long one kill waits for the ends of what it killed; the next sweep goes on where it left. Both together are within the time that a lease allows for killing.</summary>
    private static readonly TimeSpan EndMax = TimeSpan.FromMilliseconds(300);

    /// <summary>Whose processes were told to die; null for no attempt's. An ending process does not show its environment any more.</summary>
    private readonly Dictionary<int, AttemptKey?> condemned = [];

    /// <summary>Whose the containers are, by their folders. While the group is frozen that does not change, and to read it takes longer than all else.</summary>
    private readonly Dictionary<string, AttemptKey> owners = [];

    public abstract bool IsFrozen { get; }

    public bool IsEmpty => !group.AllProcesses().Concat(Ending()).Any();

    protected ControlGroup Group => group;

    protected IEnumerable<int> Condemned => condemned.Keys;

    /// <summary>
    /// The group that all containers of a cell share. Under both of the engine's ways to make groups it is the same folder of the kernel's, so that a warden finds it while the
    /// engine is down; only the name for the engine differs: systemd wants that of a slice, and puts it below the slice before the dash.
    /// </summary>
    /// <param name="cellFolder">Cells of one name on one host, each with an engine of its own, differ by it.</param>
    /// <param name="cgroupDriver">What the engine says of itself: cgroupfs or systemd.</param>
    public static string ParentOf(CellId cell, string cellFolder, string cgroupDriver)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(cellFolder))))[..8];
        var slice = $"granary-{cell.Name.Replace('-', '_')}_{hash}.slice";
        return NameFor(cgroupDriver, $"/granary.slice/{slice}");
    }

    /// <summary>The name of a group for the engine.</summary>
    public static string NameFor(string cgroupDriver, string parent) => cgroupDriver == Systemd ? Path.GetFileName(parent) : parent;

    /// <summary>Where the kernel has a group that <see cref="ParentOf"/> named for either driver.</summary>
    public static string PathOf(string parent) => parent.StartsWith('/') ? parent : $"/{parent.Split('-')[0]}.slice/{parent}";

    /// <param name="parent">As <see cref="ParentOf"/> names it for either driver; nothing is touched yet.</param>
    /// <exception cref="NotSupportedException">The kernel shows no control groups that freeze.</exception>
    public static ICellGroup Open(string parent)
    {
        var path = PathOf(parent);
        var mounts = ControlGroupMounts.Read();
        return mounts switch
        {
            { Freezer: { } freezer } => new FreezerCellGroup(new ControlGroup(freezer + path), CpuShare.OfVersion1(mounts.Cpu, path)),
            { Unified: { } unified } => new UnifiedCellGroup(new ControlGroup(unified + path), CpuShare.OfVersion2(unified, path)),
            _ => throw new NotSupportedException("No control groups are mounted that can freeze processes, neither the freezer of version 1 nor version 2: see /proc/self/mountinfo."),
        };
    }

    /// <summary>Keeps its thread meanwhile: another one would wait for its turn under full load.</summary>
    public Task Freeze(CancellationToken cancellation)
    {
        using var urgent = new Urgency();
        using var raised = share.Raise();
        owners.Clear();
        Directory.CreateDirectory(Group.Path);
        Order(frozen: true);
        SpinWait.SpinUntil(() => IsSettled || cancellation.IsCancellationRequested, FreezeMax); // The kernel tells nobody when it is done.
        return cancellation.IsCancellationRequested ? Task.FromCanceled(cancellation) : Task.CompletedTask;
    }

    public void Thaw()
    {
        if (Group.Exists)
        {
            Order(frozen: false);
        }

        Tidy();
    }

    public ImmutableArray<AttemptKey> Attempts()
    {
        using var urgent = new Urgency();
        return [.. Containers().Select(each => each.Attempt).OfType<AttemptKey>().Distinct()];
    }

    public ImmutableArray<AttemptKey> Kill(IReadOnlyCollection<AttemptKey> noted)
    {
        using var urgent = new Urgency();
        using var raised = share.Raise();
        var began = Stopwatch.GetTimestamp();
        while (KillOnce(noted) && Stopwatch.GetElapsedTime(began) < EndMax)
        {
            // And again, because what was not frozen yet may have had children meanwhile.
            SpinWait.SpinUntil(() => !Ending().Any(), EndMax);
        }

        foreach (var ended in condemned.Keys.Except(Ending()).ToArray())
        {
            condemned.Remove(ended);
        }

        Tidy();
        return [.. Attempts().Union(condemned.Values.OfType<AttemptKey>())];
    }

    /// <summary>Tells the kernel, without waiting.</summary>
    protected abstract void Order(bool frozen);

    /// <summary>The kernel says that every process is frozen.</summary>
    protected abstract bool IsSettled { get; }

    /// <summary>Makes the processes of a group end while the parent stays frozen.</summary>
    protected abstract void End(Container container);

    /// <summary>Processes that were told to die and have not ended yet.</summary>
    protected abstract IEnumerable<int> Ending();

    /// <summary>Takes away what killing needed, as far as it is not needed any more.</summary>
    protected virtual void Tidy()
    {
    }

    /// <summary>Signals processes of a group, and none that got the id of one meanwhile: what is held while the group lists it is of the group.</summary>
    protected static void Signal(Container container)
    {
        var held = container.Processes.Select(pid => (Pid: pid, Process: ProcessHandle.Open(pid))).ToArray();
        var listed = container.List().ToHashSet();
        foreach (var (pid, process) in held)
        {
            using (process)
            {
                if (listed.Contains(pid))
                {
                    process?.Signal(ProcessHandle.Sigkill);
                }
            }
        }
    }

    /// <summary>Whether there was anything to kill.</summary>
    private bool KillOnce(IReadOnlyCollection<AttemptKey> noted)
    {
        var found = false;
        foreach (var container in Containers().Where(each => each.Attempt is not { } attempt || noted.Contains(attempt)))
        {
            found = true;
            foreach (var pid in container.Processes)
            {
                condemned[pid] = container.Attempt;
            }

            End(container);
        }

        return found;
    }

    /// <summary>Each container with a live process; a group below its group belongs to it. What lies in the cell's group itself counts as one more.</summary>
    private IEnumerable<Container> Containers() =>
        from place in Group.Children().Select(each => new Container(each, each.AllProcesses)).Prepend(new Container(Group, Group.Processes))
        let processes = place.List().ToArray()
        where processes.Length > 0
        select place with { Processes = processes, Attempt = OwnerOf(place.Group, processes) };

    private AttemptKey? OwnerOf(ControlGroup container, IReadOnlyCollection<int> processes)
    {
        if (owners.TryGetValue(container.Path, out var known))
        {
            return known;
        }

        var owner = AttemptOfProcess.Find(processes);
        if (owner is { } attempt && IsFrozen)
        {
            owners[container.Path] = attempt;
        }

        return owner;
    }

    /// <param name="List">Lists its processes anew.</param>
    protected sealed record Container(ControlGroup Group, Func<IEnumerable<int>> List)
    {
        public IReadOnlyCollection<int> Processes { get; init; } = [];

        /// <summary>Null if none of its processes tells.</summary>
        public AttemptKey? Attempt { get; init; }
    }
}
