using Granary.Client;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Grains.Ports;
using Granary.Testing;

namespace Granary.Bench.Failover;

/// <summary>A cluster of processes on this machine with everything at its default, and a witness who asks only the kernel what runs.</summary>
internal sealed class HostsUnderTest : IAsyncDisposable
{
    /// <summary>For what takes seconds on a quiet machine.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private GranaryConnection? connection;

    private HostsUnderTest(LocalCluster cluster) => Cluster = cluster;

    public LocalCluster Cluster { get; }

    public Witness Witness { get; } = new();

    public GranaryClient Client => connection!.Client;

    public AppId App { get; private set; }

    public static async Task<HostsUnderTest> Up(string name, int silos, bool sharedEngine = false, bool networks = false)
    {
        var hosts = new HostsUnderTest(await LocalCluster.Up(name, Path.Combine(AppContext.BaseDirectory, "Granary.Silo"), silos, sharedEngine, networks: networks));
        await hosts.Connect((await hosts.Cluster.Silos())[0]);
        await hosts.AllUp();
        hosts.App = (await hosts.Client.PushImage("bench", SharedEngine.BusyboxImage)).Id;
        return hosts;
    }

    public async Task Connect(LocalSilo silo)
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        connection = await GranaryConnection.Open(silo.GatewayPort, silo.Address);
    }

    /// <summary>All cells take tasks.</summary>
    public async Task AllUp()
    {
        var cells = (await Cluster.Silos()).Select(each => each.Cell).Distinct().Count();
        await Until(async () => (await Client.Cells()).Count(each => each.State == "up") == cells, "all cells to be up");
    }

    /// <summary>So many tasks with a process each, that run until they are stopped.</summary>
    public async Task<TaskState[]> Running(int count, string command = "while :; do sleep 1; done")
    {
        var tasks = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Client.Run(App, new TaskSubmission { Command = command, MemoryMb = 16, DiskMb = 16 })));
        await Until(() => Task.FromResult(tasks.All(each => Witness.Of(each.Id.Value).Count > 0)), "all tasks to run");
        return await Rows(tasks);
    }

    public async Task<TaskState[]> Rows(IEnumerable<TaskState> tasks)
    {
        var page = await Client.Tasks(new RowQuery { Apps = [App.Value], PerPage = 5000 });
        var rows = page.Items.ToDictionary(each => each.Id);
        return [.. tasks.Select(each => rows[each.Id])];
    }

    /// <summary>A line of its log was written after this instant.</summary>
    public async Task<bool> HasLineAfter(TaskState task, DateTimeOffset at)
    {
        var nanos = (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;
        await foreach (var line in Client.ReadLogs(App, task.Id, nanos))
        {
            return true;
        }

        return false;
    }

    /// <summary>Each task runs its first attempt in the container that it had.</summary>
    public async Task NothingRestarted(IEnumerable<TaskState> tasks)
    {
        foreach (var task in await Rows(tasks))
        {
            if (task.Attempt != 1 || Witness.Of(task.Id.Value).Count != 1)
            {
                throw new InvalidOperationException($"Task {task.Id} was restarted: {string.Join("; ", task.Story.Entries.Select(each => each.Text))}.");
            }
        }
    }

    public async Task End(IEnumerable<TaskState> tasks)
    {
        var all = tasks.ToArray();
        await Task.WhenAll(all.Select(each => Client.Cancel(each.Id)));
        await Until(async () => (await Rows(all)).All(each => each.IsFinished), "all tasks to end");
        await Until(async () => (await Client.Cells()).All(each => each.Attempts == 0), "all cells to be empty");
    }

    public static Task Until(Func<Task<bool>> holds, string what) => Waiting.Until(Waiting.WhileSilosDie(holds), what, WaitMax, every: LookEvery);

    /// <summary>When this process was gone, by the witness' clock, within <see cref="LookEvery"/>.</summary>
    public async Task<TimeSpan> Gone(int process)
    {
        await Until(() => Task.FromResult(HostProcess.Of(process) is not { IsAlive: true }), $"the end of process {process}");
        return Witness.Now;
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        await Cluster.DisposeAsync();
        Witness.Dispose();
    }
}
