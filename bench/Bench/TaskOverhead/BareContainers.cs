using System.Collections.Immutable;
using Docker.DotNet;
using Docker.DotNet.Models;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Silo.Docker;
using Granary.Testing;
using ContainerSpec = Granary.Core.Runtime.ContainerSpec;

namespace Granary.Bench.TaskOverhead;

/// <summary>
/// The floor: what the engine itself needs for a container's life. The body is that of a task (limits, hardening, init, network), so the kernel and the
/// engine do the same work; only the bounded disk is missing, which the engine knows nothing of.
/// </summary>
internal sealed class BareContainers(DockerClient docker)
{
    public const int MemoryMb = 32;

    private static readonly DockerOptions Options = new();

    public async Task Run()
    {
        var created = await docker.Containers.CreateContainerAsync(ContainerBody.Of(Spec(), new ContainerFolders(ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, string>.Empty), Options.NetworkName, null, Options));
        await docker.Containers.StartContainerAsync(created.ID, new ContainerStartParameters());
        var ended = await docker.Containers.WaitContainerAsync(created.ID);
        if (ended.StatusCode != 0)
        {
            throw new InvalidOperationException($"A container of the floor ended with {ended.StatusCode}.");
        }

        await docker.Containers.RemoveContainerAsync(created.ID, new ContainerRemoveParameters());
    }

    private static ContainerSpec Spec() => new(
        new CellId("floor"), // No silo serves it: none looks for these containers.
        new AttemptKey(Guid.NewGuid(), 1),
        new ContainerSource(SharedEngine.BusyboxImage, null),
        ["/bin/sh", "-c", "true"],
        null,
        "/",
        ImmutableSortedDictionary<string, string>.Empty,
        new ContainerLimits(MemoryMb, 16, ContainerLimits.CpuSharesFor(MemoryMb), 1024),
        ContainerNetwork.Outbound,
        TimeSpan.FromSeconds(10));
}
