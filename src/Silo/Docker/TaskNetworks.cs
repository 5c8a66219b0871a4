using System.Collections.Immutable;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Egress;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>
/// The networks for containers that may reach out: one for those that may reach everything, and one for each set of egress rules in use, made when a container needs it
/// (decision 0018). One that nothing is seen to use for long is taken away again, with what the firewall has of it.
/// </summary>
internal sealed class TaskNetworks(EngineConnection engine, EngineProcess process, DockerOptions options, TimeProvider clock) : IDisposable
{
    /// <summary>Containers that may reach everything wait for no network of the others.</summary>
    private readonly SemaphoreSlim mainGate = new(1);
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<string, TaskNetwork> known = [];

    /// <summary>Bridges of networks that went, of which the firewall may still have something.</summary>
    private readonly HashSet<string> gone = [];

    /// <summary>Since when each network is seen to be used by nobody, by its id.</summary>
    private Dictionary<string, long> unusedSince = [];
    private TaskNetwork? main;
    private long lookedAt = clock.GetTimestamp();

    private bool IsLookDue => engine.SocketPath is not null && clock.GetElapsedTime(Volatile.Read(ref lookedAt)) >= options.NetworkIdle;

    /// <summary>Makes sure of network and firewall for these rules, null for none. The network stays while it is held, and then as long as a container has it.</summary>
    /// <exception cref="NetworkUnavailableException">It cannot be had, or not safely.</exception>
    public async Task<NetworkHold> Ensure(ImmutableArray<EgressRule>? egress, CancellationToken cancellation)
    {
        if (IsLookDue)
        {
            await Alone(gate, () => IsLookDue ? RemoveIdle(options.NetworkIdle, cancellation) : Task.FromResult(0), cancellation);
        }

        var current = (await process.Probe(cancellation)).Process;
        return egress is { } rules
            ? await Alone(gate, () => Of(rules).Ensure(current, cancellation), cancellation)
            : await Alone(mainGate, () => (main ??= new TaskNetwork(options.NetworkName, new Firewall(options.RefusedRanges, null), engine, MakeRoomForMain, options, clock)).Ensure(current, cancellation), cancellation);
    }

    public void Dispose()
    {
        mainGate.Dispose();
        gate.Dispose();
    }

    private static async Task<T> Alone<T>(SemaphoreSlim gate, Func<Task<T>> work, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            return await work();
        }
        finally
        {
            gate.Release();
        }
    }

    private Task<int> MakeRoomForMain(CancellationToken cancellation) => Alone(gate, () => RemoveIdle(TimeSpan.Zero, cancellation), cancellation);

    private TaskNetwork Of(ImmutableArray<EgressRule> rules)
    {
        var firewall = new Firewall(options.RefusedRanges, rules);
        var name = $"{options.NetworkName}-{firewall.Fingerprint}";
        if (!known.TryGetValue(name, out var network))
        {
            network = known[name] = new TaskNetwork(name, firewall, engine, token => RemoveIdle(TimeSpan.Zero, token), options, clock);
        }

        return network;
    }

    /// <summary>Takes away what nobody used at this look, nor at any since so long. Says how many went.</summary>
    private async Task<int> RemoveIdle(TimeSpan since, CancellationToken cancellation)
    {
        Volatile.Write(ref lookedAt, clock.GetTimestamp());
        var removed = 0;
        try
        {
            var unused = await Unused(cancellation);
            unusedSince = unused.ToDictionary(each => each.ID, each => unusedSince.GetValueOrDefault(each.ID, clock.GetTimestamp()));
            foreach (var network in unused.Where(each => clock.GetElapsedTime(unusedSince[each.ID]) >= since))
            {
                removed += await HasRemoved(network, cancellation) ? 1 : 0;
            }

            foreach (var bridge in gone.ToArray())
            {
                await Firewall.Forget(bridge, cancellation);
                gone.Remove(bridge);
            }
        }
        catch (Exception fault) when (fault is EngineUnavailableException or DockerApiException or NetworkUnavailableException or ToolMissingException)
        {
            // Nothing depends on it, and it is tried again at the next look.
        }

        return removed;
    }

    /// <summary>Networks of sets of rules that neither a container has nor anybody holds.</summary>
    private async Task<IReadOnlyList<NetworkResponse>> Unused(CancellationToken cancellation)
    {
        var label = $"{ContainerLabels.Network}={options.NetworkName}";
        var networks = await engine.Ask(
            "list networks",
            options.RequestTimeout,
            (client, token) => client.Networks.ListNetworksAsync(new NetworksListParameters { Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = new Dictionary<string, bool> { [label] = true } } }, token),
            cancellation);
        var ours = networks.Where(each => each.Name != options.NetworkName).ToList();
        if (ours.Count == 0)
        {
            return [];
        }

        // Those that were not started too, which the network does not know of yet.
        var containers = await engine.Ask("list containers", options.RequestTimeout, (client, token) => client.Containers.ListContainersAsync(new ContainersListParameters { All = true }, token), cancellation);
        var used = containers.SelectMany(Uses).ToHashSet();
        return [.. ours.Where(each => !used.Contains(each.Name) && !used.Contains(each.ID) && known.GetValueOrDefault(each.Name) is not { IsHeld: true })];
    }

    /// <summary>The network first: it never stands without its rules. One that the engine keeps costs the others nothing.</summary>
    private async Task<bool> HasRemoved(NetworkResponse network, CancellationToken cancellation)
    {
        known.Remove(network.Name);
        try
        {
            await engine.Ask("remove a network", options.RequestTimeout, (client, token) => client.Networks.DeleteNetworkAsync(network.ID, token), cancellation);
        }
        catch (Exception fault) when (fault is EngineUnavailableException or DockerApiException)
        {
            return false;
        }

        gone.Add(TaskNetwork.BridgeOf(network));
        return true;
    }

    /// <summary>Names and ids of networks.</summary>
    private static IEnumerable<string> Uses(ContainerListResponse container) =>
        ((IEnumerable<string>?)container.NetworkSettings?.Networks?.Keys ?? []).Append(container.HostConfig?.NetworkMode ?? "");
}
