using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>The network for containers that may reach out cannot be made safe here. The message says why, and what to do.</summary>
internal sealed class NetworkUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// A bridge network of ours, and the firewall that keeps its containers from the host's own addresses, from the metadata addresses of clouds
/// and from each other. The rules are looked at again before containers are made; without them none is made. What was seen counts for one engine
/// process: the next may have begun without the network, or its rules.
/// </summary>
internal sealed class TaskNetwork(EngineConnection engine, EngineProcess process, DockerOptions options, TimeProvider clock) : IDisposable
{
    private const string BridgeOption = "com.docker.network.bridge.name";
    private const string BetweenContainersOption = "com.docker.network.bridge.enable_icc";

    /// <summary>Engines of one host change the same firewall, and one fails over another's rules while both begin.</summary>
    private const int MakeTries = 5;

    private static readonly TimeSpan MakeAgain = TimeSpan.FromMilliseconds(300);

    private readonly SemaphoreSlim gate = new(1);
    private readonly Firewall firewall = new(options.RefusedRanges);
    private (string Network, string? Engine)? trusted;
    private long trustedSince;

    /// <summary>Makes sure of network and rules; returns the network's id.</summary>
    /// <exception cref="NetworkUnavailableException">It cannot be had, or not safely.</exception>
    public async Task<string> Ensure(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            var current = (await process.Probe(cancellation)).Process;
            if (trusted is { } known && known.Engine == current && clock.GetElapsedTime(trustedSince) < options.FirewallTrust)
            {
                return known.Network;
            }

            trusted = null;
            if (engine.SocketPath is null)
            {
                throw new NetworkUnavailableException($"the engine at {engine.Endpoint} is not on this host, so its firewall cannot be set: run the task without a network");
            }

            var network = await Find(cancellation) ?? await Make(cancellation);
            await Protect(BridgeOf(network), cancellation);
            trustedSince = clock.GetTimestamp();
            trusted = (network.ID, current);
            return network.ID;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task<NetworkResponse?> Find(CancellationToken cancellation)
    {
        var networks = await engine.Ask(
            "list networks",
            options.RequestTimeout,
            (client, token) => client.Networks.ListNetworksAsync(
                new NetworksListParameters { Filters = new Dictionary<string, IDictionary<string, bool>> { ["name"] = new Dictionary<string, bool> { [options.NetworkName] = true } } }, token),
            cancellation);
        // The engine's filter finds parts of names too.
        var named = networks.Where(network => network.Name == options.NetworkName).ToList();
        return named.Count == 0
            ? null
            : named.Find(network => network.Labels?.ContainsKey(ContainerLabels.Network) == true && network.Driver == "bridge")
                ?? throw new NetworkUnavailableException($"there is a network named {options.NetworkName} that is not Granary's: choose another name in Engine:NetworkName");
    }

    private async Task<NetworkResponse> Make(CancellationToken cancellation)
    {
        var parameters = new NetworksCreateParameters
        {
            Name = options.NetworkName,
            Driver = "bridge",
            Labels = new Dictionary<string, string> { [ContainerLabels.Network] = options.NetworkName },
            Options = new Dictionary<string, string> { [BetweenContainersOption] = "false" },
            IPAM = options.NetworkSubnet is null ? null : new IPAM { Config = [new IPAMConfig { Subnet = options.NetworkSubnet }] },
        };
        if (options.NetworkBridge is not null)
        {
            parameters.Options[BridgeOption] = options.NetworkBridge;
        }

        for (var tries = 1; !await HasMade(parameters, isLast: tries == MakeTries, cancellation); tries++)
        {
            await Task.Delay(MakeAgain, clock, cancellation);
        }

        return await Find(cancellation) ?? throw new NetworkUnavailableException($"the network {options.NetworkName} was taken away as soon as it was made");
    }

    /// <summary>False when the engine failed at it and may do better the next time.</summary>
    private async Task<bool> HasMade(NetworksCreateParameters parameters, bool isLast, CancellationToken cancellation)
    {
        try
        {
            await engine.Ask("make a network", options.RequestTimeout, (client, token) => client.Networks.CreateNetworkAsync(parameters, token), cancellation);
            return true;
        }
        catch (EngineUnavailableException fault) when (!isLast && fault.InnerException is DockerApiException)
        {
            return false;
        }
        catch (Exception cause) when (cause is DockerApiException or EngineUnavailableException { InnerException: DockerApiException })
        {
            var answer = cause as DockerApiException ?? (DockerApiException)cause.InnerException!;
            throw new NetworkUnavailableException($"the network {options.NetworkName} cannot be made: {EngineConnection.Words(answer)}", cause);
        }
    }

    private async Task Protect(string bridge, CancellationToken cancellation)
    {
        try
        {
            await firewall.Ensure(bridge, cancellation);
        }
        catch (ToolMissingException cause)
        {
            throw new NetworkUnavailableException($"the network {options.NetworkName} cannot be protected: {cause.Message} Install iptables, or run the task without a network", cause);
        }
    }

    /// <summary>The interface as the network names it, else as the engine does: after the first twelve digits of the network's id.</summary>
    private static string BridgeOf(NetworkResponse network) =>
        network.Options is not null && network.Options.TryGetValue(BridgeOption, out var name) && name.Length > 0
            ? name
            : string.Create(CultureInfo.InvariantCulture, $"br-{network.ID[..12]}");
}
