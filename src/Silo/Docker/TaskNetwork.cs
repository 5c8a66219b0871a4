using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>The network for containers that may reach out cannot be made safe here. The message says why, and what to do.</summary>
internal sealed class NetworkUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>That a network is needed, although no container has it yet.</summary>
/// <param name="network">Its id.</param>
internal sealed class NetworkHold(string network, Action letGo) : IDisposable
{
    public string Network => network;

    public void Dispose() => letGo();
}

/// <summary>
/// A bridge network of ours, and the firewall that keeps its containers from the host's own addresses, from the metadata addresses of clouds, from each other, and from what
/// their egress rules do not permit. The rules are looked at again before containers are made; without them none is made. What was seen counts for one engine
/// process: the next may have begun without the network, or its rules.
/// </summary>
/// <param name="makeRoom">Takes away networks that nobody uses now, and says how many.</param>
internal sealed class TaskNetwork(string name, Firewall firewall, EngineConnection engine, Func<CancellationToken, Task<int>> makeRoom, DockerOptions options, TimeProvider clock)
{
    private const string BridgeOption = "com.docker.network.bridge.name";
    private const string BetweenContainersOption = "com.docker.network.bridge.enable_icc";

    /// <summary>Engines of one host change the same firewall, and one fails over another's rules while both begin.</summary>
    private const int MakeTries = 5;

    private static readonly TimeSpan MakeAgain = TimeSpan.FromMilliseconds(300);

    private (string Network, string? Engine)? trusted;
    private long trustedSince;
    private int holds;

    /// <summary>Makes sure of network and rules. Never twice at once.</summary>
    /// <param name="current">The engine's process.</param>
    /// <exception cref="NetworkUnavailableException">It cannot be had, or not safely.</exception>
    public async Task<NetworkHold> Ensure(string? current, CancellationToken cancellation)
    {
        if (trusted is not { } known || known.Engine != current || clock.GetElapsedTime(trustedSince) >= options.FirewallTrust)
        {
            trusted = null;
            if (engine.SocketPath is null)
            {
                throw new NetworkUnavailableException($"the engine at {engine.Endpoint} is not on this host, so its firewall cannot be set: run the task without a network");
            }

            var network = await Find(cancellation) ?? await Make(cancellation);
            await Protect(BridgeOf(network), cancellation);
            trustedSince = clock.GetTimestamp();
            trusted = known = (network.ID, current);
        }

        Interlocked.Increment(ref holds);
        return new NetworkHold(known.Network, LetGo);
    }

    /// <summary>Somebody makes a container that is to have it.</summary>
    public bool IsHeld => Volatile.Read(ref holds) > 0;

    /// <summary>The interface as the network names it, else as the engine does: after the first twelve digits of the network's id.</summary>
    public static string BridgeOf(NetworkResponse network) =>
        network.Options is not null && network.Options.TryGetValue(BridgeOption, out var named) && named.Length > 0
            ? named
            : string.Create(CultureInfo.InvariantCulture, $"br-{network.ID[..12]}");

    private void LetGo() => Interlocked.Decrement(ref holds);

    private async Task<NetworkResponse?> Find(CancellationToken cancellation)
    {
        var networks = await engine.Ask(
            "list networks",
            options.RequestTimeout,
            (client, token) => client.Networks.ListNetworksAsync(
                new NetworksListParameters { Filters = new Dictionary<string, IDictionary<string, bool>> { ["name"] = new Dictionary<string, bool> { [name] = true } } }, token),
            cancellation);
        // The engine's filter finds parts of names too.
        var named = networks.Where(network => network.Name == name).ToList();
        return named.Count == 0
            ? null
            : named.Find(network => network.Labels?.ContainsKey(ContainerLabels.Network) == true && network.Driver == "bridge")
                ?? throw new NetworkUnavailableException($"there is a network named {name} that is not Granary's: choose another name in Engine:NetworkName");
    }

    private async Task<NetworkResponse> Make(CancellationToken cancellation)
    {
        var isMain = name == options.NetworkName;
        var parameters = new NetworksCreateParameters
        {
            Name = name,
            Driver = "bridge",
            Labels = new Dictionary<string, string> { [ContainerLabels.Network] = options.NetworkName },
            Options = new Dictionary<string, string> { [BetweenContainersOption] = "false" },
            // Only one network can have the subnet and the bridge that the operator named.
            IPAM = !isMain || options.NetworkSubnet is null ? null : new IPAM { Config = [new IPAMConfig { Subnet = options.NetworkSubnet }] },
        };
        if (isMain && options.NetworkBridge is not null)
        {
            parameters.Options[BridgeOption] = options.NetworkBridge;
        }

        try
        {
            await Make(parameters, cancellation);
        }
        catch (NetworkUnavailableException)
        {
            // The engine may have no subnet left.
            if (await makeRoom(cancellation) == 0)
            {
                throw;
            }

            await Make(parameters, cancellation);
        }

        return await Find(cancellation) ?? throw new NetworkUnavailableException($"the network {name} was taken away as soon as it was made");
    }

    private async Task Make(NetworksCreateParameters parameters, CancellationToken cancellation)
    {
        for (var tries = 1; !await HasMade(parameters, isLast: tries == MakeTries, cancellation); tries++)
        {
            await Task.Delay(MakeAgain, clock, cancellation);
        }
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
            throw new NetworkUnavailableException($"the network {name} cannot be made: {EngineConnection.Words(answer)}", cause);
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
            throw new NetworkUnavailableException($"the network {name} cannot be protected: {cause.Message} Install iptables, or run the task without a network", cause);
        }
    }
}
