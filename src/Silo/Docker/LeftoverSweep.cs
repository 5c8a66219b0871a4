using Docker.DotNet.Models;

namespace Granary.Silo.Docker;

/// <summary>
/// Once in a silo's life, before it makes its first container: takes away disks without a container, as a crash leaves them, and droplets
/// that were not used for long and that no container uses. Only inside our own folder.
/// </summary>
internal sealed class LeftoverSweep(EngineConnection engine, DockerOptions options, ScratchSpace scratch, DropletCache droplets, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private volatile bool isDone;

    public async Task Once(CancellationToken cancellation)
    {
        if (isDone)
        {
            return;
        }

        await gate.WaitAsync(cancellation);
        try
        {
            if (!isDone)
            {
                await Sweep(cancellation);
                isDone = true;
            }
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task Sweep(CancellationToken cancellation)
    {
        // First the disks, then the containers: what is made in between is never taken for a leftover.
        var disks = scratch.Names();
        var parameters = new ContainersListParameters
        {
            All = true,
            Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = new Dictionary<string, bool> { [ContainerLabels.Work] = true } },
        };
        var containers = await engine.Ask("list containers", options.RequestTimeout, (client, token) => client.Containers.ListContainersAsync(parameters, token), cancellation);
        var names = containers.SelectMany(container => container.Names).Select(name => name.TrimStart('/')).ToHashSet();
        var isAnyInUse = false;
        foreach (var disk in disks)
        {
            if (names.Contains(disk) || !scratch.ClearLeftover(disk))
            {
                isAnyInUse = true;
            }
        }

        if (!isAnyInUse)
        {
            droplets.Sweep(clock.GetUtcNow() - options.DropletKeep);
        }
    }
}
