using System.Diagnostics;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Tasks;

namespace Granary.Simulator.Parts;

/// <summary>What tasks and instances are told alike.</summary>
internal abstract record News
{
    private News()
    {
    }

    public sealed record Placed(int Attempt, CellId Cell) : News;

    public sealed record Reported(AttemptReport Report) : News;

    public sealed record Outlived(int Attempt, CellId Cell) : News;

    public sealed record Woke : News;

    /// <summary>For instances alone.</summary>
    public sealed record MakeWay(int Attempt, string Why) : News;

    public TaskEvent ForTask(DateTimeOffset at) => this switch
    {
        Placed placed => new TaskEvent.Placed(at, placed.Attempt, placed.Cell),
        Reported reported => new TaskEvent.Reported(at, reported.Report),
        Outlived outlived => new TaskEvent.Outlived(at, outlived.Attempt, outlived.Cell),
        MakeWay => throw new UnreachableException("A task makes no way: it ends, or is moved."),
        _ => new TaskEvent.Woke(at),
    };

    public InstanceEvent ForInstance(DateTimeOffset at) => this switch
    {
        Placed placed => new InstanceEvent.Placed(at, placed.Attempt, placed.Cell),
        Reported reported => new InstanceEvent.Reported(at, reported.Report),
        Outlived outlived => new InstanceEvent.Outlived(at, outlived.Attempt, outlived.Cell),
        MakeWay makeWay => new InstanceEvent.MakeWay(at, makeWay.Attempt, makeWay.Why),
        _ => new InstanceEvent.Woke(at),
    };
}
