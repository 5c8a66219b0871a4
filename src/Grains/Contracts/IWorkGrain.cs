using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Tasks;

namespace Granary.Grains.Contracts;

/// <summary>What placement, cells and sweeps say to a task, an instance or a build, and need not know which: <see cref="Works.Work"/>.</summary>
public interface IWorkGrain : IGrainWithStringKey
{
    /// <summary>Placement's choice. True when it now runs as this attempt on this cell.</summary>
    Task<bool> Place(int attempt, CellId cell, string? waited);

    /// <summary>A cell's word about an attempt; durable when the call returns, so the cell may forget it then. Returns the number of the newest attempt.</summary>
    Task<int> Report(AttemptReport report);

    /// <summary>A cell's word that an attempt may have run on after it was moved; durable when the call returns.</summary>
    Task Outlive(int attempt, CellId cell);

    /// <summary>Somebody thinks that it should look after itself.</summary>
    Task Wake();
}

/// <summary>Finds the grain of a task, an instance or a build by nothing but its guid.</summary>
public static class Works
{
    public static IWorkGrain Work(this IGrainFactory grains, Guid work) =>
        InstanceId.Is(work) ? grains.GetGrain<IInstanceGrain>(Keys.Instance(new InstanceId(work)))
        : StagingId.Is(work) ? grains.GetGrain<IDropletGrain>(Keys.Droplet(new DropletId(work)))
        : grains.GetGrain<ITaskGrain>(Keys.Task(new TaskId(work)));
}
