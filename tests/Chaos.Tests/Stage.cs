using Granary.Client;
using Granary.Core.Cells;
using Granary.Testing;

namespace Granary.Chaos.Tests;

/// <summary>The cluster on which runs take place, and every way to hurt and to mend it.</summary>
internal sealed class Stage : IAsyncDisposable
{
    /// <summary>Everything comes back within half a minute on a quiet machine; deaths that follow each other wait longer.</summary>
    private static readonly TimeSpan MendedMax = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(200);

    /// <summary>A warden starts its silo again, and a silo its warden; whoever has neither is started.</summary>
    private static readonly TimeSpan ComesBackMax = TimeSpan.FromSeconds(20);

    /// <summary>Cells of silos without wardens.</summary>
    private const string Unfenced = """{"Lease": {"EnforcedBy": "Silo"}}""";

    /// <summary>A host that is told to end has ended before the run has.</summary>
    private const string Fenced = """{"Lease": {"EndingDrain": "00:00:08"}}""";

    private readonly LocalCluster cluster;
    private readonly HostProcesses[] hosts;
    private readonly SiloConnection[] connections;
    private readonly SemaphoreSlim network = new(1);
    private readonly List<(string Cell, string[] Peers)> cuts = [];

    private Stage(LocalCluster cluster, IReadOnlyList<LocalSilo> silos)
    {
        this.cluster = cluster;
        Silos = silos;
        hosts = [.. silos.Select(each => new HostProcesses(cluster.Folder, each.Cell, each.Name))];
        connections = [.. silos.Select(each => new SiloConnection(each))];
    }

    public IReadOnlyList<LocalSilo> Silos { get; }

    public string Folder => cluster.Folder;

    public IReadOnlyDictionary<string, HostProcesses> Hosts => Silos.Zip(hosts).ToDictionary(each => each.First.Cell, each => each.Second);

    /// <param name="name">Short, and another one for each stage of a process.</param>
    public static async Task<Stage> Build(string name, ChaosSettings settings)
    {
        var config = await TestState.FolderFor($"{name}.json");
        await File.WriteAllTextAsync(config, settings.IsFenced ? Fenced : Unfenced);
        var cluster = await LocalCluster.Up(name, Path.Combine(AppContext.BaseDirectory, "Granary.Silo"), settings.Silos, networks: true, options: ["--config", config]);
        var stage = new Stage(cluster, await cluster.Silos());
        await stage.AllUp();
        return stage;
    }

    public Task<string> DatabaseAddress() => cluster.DatabaseAddress();

    /// <summary>Asks any silo that answers.</summary>
    /// <exception cref="TimeoutException">None does, for a long time.</exception>
    public async Task<T> Ask<T>(Func<GranaryClient, Task<T>> call)
    {
        var since = TimeProvider.System.GetTimestamp();
        for (var silo = 0; ; silo++)
        {
            try
            {
                return await Ask(connections[silo % connections.Length], call);
            }
            catch (CallFailedException cause) when (TimeProvider.System.GetElapsedTime(since) > MendedMax)
            {
                throw new TimeoutException($"No silo answered for {MendedMax}, the last: {cause.Message}", cause);
            }
            catch (CallFailedException)
            {
                await Task.Delay(AskAgainAfter);
            }
        }
    }

    /// <summary>Makes a fault, and returns what mends it; null when it mends itself.</summary>
    public async Task<Func<Task>?> Make(Fault fault)
    {
        var (host, cell, silo) = (hosts[fault.Host], Silos[fault.Host].Cell, Silos[fault.Host].Name);
        var others = Silos.Select(each => each.Cell).Where(each => each != cell).ToArray();
        switch (fault.Kind)
        {
            case FaultKind.KillSilo:
                Send(Signal.Kill, host.Silo);
                return null;
            case FaultKind.KillWarden:
                Send(Signal.Kill, host.Warden);
                return null;
            case FaultKind.StopSilo:
                return Stop(host.Silo);
            case FaultKind.StopSiloAndWarden:
                return Stop(host.Silo, host.Warden);
            case FaultKind.LoseHost:
                await cluster.KillHost(cell);
                return () => cluster.Restart(silo);
            case FaultKind.KillEngine:
                Send(Signal.Kill, host.Engine);
                return () => cluster.StartEngine(cell);
            case FaultKind.StopDatabase:
                await cluster.DatabaseDown();
                return cluster.DatabaseUp;
            case FaultKind.CutOff:
                return await Cut((cell, [.. others, "database"]));
            case FaultKind.CutFromDatabase:
                return await Cut((cell, ["database"]));
            case FaultKind.CutFromCells:
                return await Cut((cell, others));
            case FaultKind.Drain:
                await Order(client => client.Drain(new CellId(cell), fault.Lasts / 2));
                return () => Order(client => client.Uncordon(new CellId(cell)));
            case FaultKind.Leave:
                Send(Signal.Terminate, host.Warden);
                return () => cluster.Restart(silo);
            default:
                return await Cut([.. others.Select(each => (each, new[] { "database", cell }))]);
        }
    }

    /// <summary>Brings everything back: what is stopped goes on, what was cut is whole, what does not run is started.</summary>
    /// <exception cref="TimeoutException">Not all cells take tasks after a long time.</exception>
    public async Task Mend()
    {
        foreach (var process in hosts.SelectMany(each => new[] { each.Silo, each.Warden }))
        {
            Send(Signal.Continue, process);
        }

        await cluster.DatabaseUp();
        await With(async () =>
        {
            cuts.Clear();
            await cluster.Heal();
        });
        foreach (var silo in Silos)
        {
            await cluster.StartEngine(silo.Cell);
        }

        await AllUp();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var each in connections)
        {
            await each.DisposeAsync();
        }

        await cluster.DisposeAsync();
        network.Dispose();
    }

    /// <summary>A silo that its warden does not bring back, because both are gone, is started. So is one that was too slow: what starts then finds its ports taken and ends.</summary>
    private async Task AllUp()
    {
        var since = TimeProvider.System.GetTimestamp();
        var words = "";
        await Waiting.Until(
            async () =>
            {
                for (var host = 0; host < hosts.Length; host++)
                {
                    if (hosts[host].Silo is null && (hosts[host].Warden is null || TimeProvider.System.GetElapsedTime(since) > ComesBackMax))
                    {
                        await Start(Silos[host].Name);
                    }
                }

                var cells = await Cells();
                foreach (var cell in cells.Where(each => each.Drain.TakesNothing))
                {
                    await Ask(client => client.Uncordon(cell.Id));
                }

                words = string.Join(", ", cells.Select(each => $"{each.Id}: {each.State}"));
                return cells.Count(each => each.State == "up") == Silos.Count;
            },
            "all cells to take tasks",
            MendedMax,
            () => words,
            every: TimeSpan.FromMilliseconds(500));
    }

    /// <summary>By the first silo that takes it.</summary>
    /// <exception cref="CallFailedException">None does.</exception>
    private async Task Order<T>(Func<GranaryClient, Task<T>> call)
    {
        for (var silo = 0; ; silo++)
        {
            try
            {
                await Ask(connections[silo], call);
                return;
            }
            catch (CallFailedException) when (silo + 1 < connections.Length)
            {
                // Another silo is asked.
            }
        }
    }

    private async Task Start(string silo)
    {
        try
        {
            await cluster.Restart(silo);
        }
        catch (ScriptFailedException)
        {
            // Its warden was faster after all, or it waits for its old self to be forgotten: the next look decides.
        }
    }

    /// <summary>None, if no silo says which there are.</summary>
    private async Task<IReadOnlyList<CellView>> Cells()
    {
        foreach (var connection in connections)
        {
            try
            {
                return await Ask(connection, client => client.Cells());
            }
            catch (CallFailedException)
            {
                // Another silo is asked.
            }
        }

        return [];
    }

    private static async Task<T> Ask<T>(SiloConnection connection, Func<GranaryClient, Task<T>> call)
    {
        using var limit = new CancellationTokenSource(AnswerMax);
        return await connection.Ask(call, limit.Token);
    }

    private static Func<Task> Stop(params HostProcess?[] processes)
    {
        Array.ForEach(processes, each => Send(Signal.Stop, each));
        return () =>
        {
            Array.ForEach(processes, each => Send(Signal.Continue, each));
            return Task.CompletedTask;
        };
    }

    /// <summary>To nobody when it is gone: another fault, or its warden, may have been faster.</summary>
    private static void Send(Signal signal, HostProcess? process)
    {
        if (process is { IsAlive: true })
        {
            try
            {
                signal.To(process.Pid);
            }
            catch (InvalidOperationException) when (!process.IsAlive)
            {
                // It went between the look and the signal.
            }
        }
    }

    private async Task<Func<Task>?> Cut(params (string Cell, string[] Peers)[] made)
    {
        await With(async () =>
        {
            cuts.AddRange(made);
            await Task.WhenAll(made.Select(each => cluster.Cut(each.Cell, each.Peers)));
        });
        // All are healed at once, so those that others made come again.
        return () => With(async () =>
        {
            cuts.RemoveAll(made.Contains);
            await cluster.Heal();
            foreach (var (cell, peers) in cuts)
            {
                await cluster.Cut(cell, peers);
            }
        });
    }

    private async Task With(Func<Task> act)
    {
        await network.WaitAsync();
        try
        {
            await act();
        }
        finally
        {
            network.Release();
        }
    }
}
