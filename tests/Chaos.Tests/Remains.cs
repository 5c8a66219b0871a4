using System.Collections.Immutable;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Testing;

namespace Granary.Chaos.Tests;

/// <summary>Asks the engines and the kernel what is left of tasks on the hosts of a cluster.</summary>
internal static class Remains
{
    /// <summary>What an engine has by itself, and what a cell keeps there.</summary>
    private static readonly string[] Kept = ["network bridge", "network host", "network none", "network granary", "volume granary-identity"];

    private static readonly TimeSpan Now = TimeSpan.FromSeconds(1);

    /// <summary>In words; empty when nothing is left.</summary>
    public static async Task<ImmutableArray<string>> Find(IEnumerable<LocalSilo> silos, string folder, Witness witness, IReadOnlySet<Guid> tasks)
    {
        var all = new List<string>();
        foreach (var silo in silos)
        {
            all.AddRange((await OnEngine(silo.Engine)).Select(each => $"{each} on the engine of {silo.Cell}"));
            all.AddRange(Layers(Path.Combine(folder, $"engine-{silo.Cell["cell-".Length..]}")).Select(each => $"writable layer {each} of the engine of {silo.Cell}"));
            all.AddRange(Folders(Path.Combine(silo.State, silo.Cell, "scratch")).Select(each => $"disk {each} of {silo.Cell}"));
            all.AddRange(Mounts.Below(silo.State).Select(each => $"mount {each}"));
            all.AddRange(LoopDevices(silo.State).Select(each => $"loop device of {each}"));
        }

        var now = witness.Now;
        all.AddRange(witness.Sightings.Where(each => tasks.Contains(each.Task) && now - each.Last < Now).Select(each => $"processes of attempt {each.Attempt} of task {each.Task} in {each.Container[..12]}"));
        return [.. all];
    }

    private static async Task<IEnumerable<string>> OnEngine(string engine)
    {
        using var docker = new DockerClientBuilder().WithEndpoint(new Uri(engine)).Build();
        var containers = await docker.Containers.ListContainersAsync(new ContainersListParameters { All = true });
        var volumes = await docker.Volumes.ListAsync(CancellationToken.None);
        var networks = await docker.Networks.ListNetworksAsync();
        return containers.Select(each => $"container {each.Names[0]} ({each.State})")
            .Concat((volumes.Volumes ?? []).Select(each => $"volume {each.Name}"))
            .Concat(networks.Select(each => $"network {each.Name}"))
            .Except(Kept);
    }

    /// <summary>The containers for which the engine keeps a layer.</summary>
    private static IEnumerable<string> Layers(string engine) => Folders(Path.Combine(engine, "data", "image", "overlay2", "layerdb", "mounts"));

    private static IEnumerable<string> Folders(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder).Select(each => Path.GetFileName(each)) : [];

    private static IEnumerable<string> LoopDevices(string folder) => Directory.GetDirectories("/sys/block", "loop*").Select(BackingFile).OfType<string>().Where(each => each.StartsWith(folder + "/", StringComparison.Ordinal));

    /// <summary>Null when the device is free, or was freed just now.</summary>
    private static string? BackingFile(string device)
    {
        try
        {
            return File.ReadAllText(Path.Combine(device, "loop", "backing_file")).Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
