using System.Collections.Immutable;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Egress;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>
/// The networks for containers that may reach out: one for those that may reach everything, and one for each set of egress rules in use, made when a container needs it
/// (decision 0018). One that nothing has used for long is taken away again, with what the firewall has of it.
/// </summary>
internal sealed class TaskNetworks(EngineConnection engine, EngineProcess process, DockerOptions options, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<string, TaskNetwork> known = [];
    private readonly long startedAt = clock.GetTimestamp();
    private long lookedAt = clock.GetTimestamp();

    /// <summary>Makes sure of network and firewall for these rules, null for none. The network stays while it is held, and then as long as a container has it.</summary>
    /// <exception cref="NetworkUnavailableException">It cannot be had, or not safely.</exception>
    public async Task<NetworkHold> Ensure(ImmutableArray<EgressRule>? egress, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            if (engine.SocketPath is not null && clock.GetElapsedTime(lookedAt) >= options.NetworkIdle)
            {
                lookedAt = clock.GetTimestamp();
                await RemoveIdle(options.NetworkIdle, cancellation);
            }

            return await Of(egress).Ensure((await process.Probe(cancellation)).Process, cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private TaskNetwork Of(ImmutableArray<EgressRule>? egress)
    {
        var firewall = new Firewall(options.RefusedRanges, egress);
        var name = egress is null ? options.NetworkName : $"{options.NetworkName}-{firewall.Fingerprint}";
        if (!known.TryGetValue(name, out var network))
        {
            network = known[name] = new TaskNetwork(name, firewall, engine, token => RemoveIdle(TimeSpan.Zero, token), options, clock);
        }

        return network;
    }

    /// <summary>Says how many went. A network that this process never used was used last before it began.</summary>
    private async Task<int> RemoveIdle(TimeSpan since, CancellationToken cancellation)
    {
        var removed = 0;
        try
        {
            var networks = await engine.Ask(
                "list networks",
                options.RequestTimeout,
                (client, token) => client.Networks.ListNetworksAsync(
                    new NetworksListParameters { Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = new Dictionary<string, bool> { [$"{ContainerLabels.Network}={options.NetworkName}"] = true } } }, token),
                cancellation);
            var idle = networks.Where(each => each.Name != options.NetworkName && (known.GetValueOrDefault(each.Name)?.IsIdle(since) ?? clock.GetElapsedTime(startedAt) >= since)).ToList();
            if (idle.Count == 0)
            {
                return removed;
            }

            // Those that were not started too, which the network does not know of yet.
            var containers = await engine.Ask("list containers", options.RequestTimeout, (client, token) => client.Containers.ListContainersAsync(new ContainersListParameters { All = true }, token), cancellation);
            var used = containers.SelectMany(Uses).ToHashSet();
            foreach (var network in idle.Where(each => !used.Contains(each.Name) && !used.Contains(each.ID)))
            {
                known.Remove(network.Name);
                await Remove(network, cancellation);
                removed++;
            }
        }
        catch (Exception fault) when (fault is EngineUnavailableException or DockerApiException or NetworkUnavailableException or ToolMissingException)
        {
            // Nothing depends on it, and it is tried again.
        }

        return removed;
    }

    private async Task Remove(NetworkResponse network, CancellationToken cancellation)
    {
        // The network first: it never stands without its rules.
        await engine.Ask("remove a network", options.RequestTimeout, (client, token) => client.Networks.DeleteNetworkAsync(network.ID, token), cancellation);
        await Firewall.Forget(TaskNetwork.BridgeOf(network), cancellation);
    }

    /// <summary>Names and ids of networks.</summary>
    private static IEnumerable<string> Uses(ContainerListResponse container) =>
        ((IEnumerable<string>?)container.NetworkSettings?.Networks?.Keys ?? []).Append(container.HostConfig?.NetworkMode ?? "");
}
