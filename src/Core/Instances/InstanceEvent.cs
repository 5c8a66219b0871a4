using System.Text.Json.Serialization;
using Granary.Core.Attempts;
using Granary.Core.Cells;

namespace Granary.Core.Instances;

/// <summary>Something that happened to an instance. Everything the decision needs from outside is inside the event, the time included.</summary>
/// <param name="At">When it happened, by the clock of the process that tells.</param>
[JsonDerivedType(typeof(Ordered), "ordered")]
[JsonDerivedType(typeof(RestartRequested), "restart-requested")]
[JsonDerivedType(typeof(MakeWay), "make-way")]
[JsonDerivedType(typeof(Placed), "placed")]
[JsonDerivedType(typeof(Reported), "reported")]
[JsonDerivedType(typeof(Outlived), "outlived")]
[JsonDerivedType(typeof(Woke), "woke")]
public abstract record InstanceEvent(DateTimeOffset At)
{
    /// <summary>The app said what it wants of the instance.</summary>
    public sealed record Ordered(DateTimeOffset At, InstanceOrder Order) : InstanceEvent(At);

    /// <summary>Somebody asked for a new run in place of this one.</summary>
    public sealed record RestartRequested(DateTimeOffset At) : InstanceEvent(At);

    /// <summary>The cell of an attempt is drained: it should be up elsewhere before it is stopped there.</summary>
    public sealed record MakeWay(DateTimeOffset At, int Attempt, string Why) : InstanceEvent(At);

    /// <summary>Placement chose a cell for the next attempt. The number makes a late or repeated choice harmless.</summary>
    /// <param name="Waited">What the instance waited for until now, in words; null if it did not wait.</param>
    public sealed record Placed(DateTimeOffset At, int Attempt, CellId Cell, string? Waited = null) : InstanceEvent(At);

    /// <summary>A cell spoke about an attempt.</summary>
    public sealed record Reported(DateTimeOffset At, AttemptReport Report) : InstanceEvent(At);

    /// <summary>A cell that came back found that an attempt may have run on after the lease under it had lapsed for others. It adds to the story and changes nothing else.</summary>
    public sealed record Outlived(DateTimeOffset At, int Attempt, CellId Cell) : InstanceEvent(At);

    /// <summary>A wake-up: the time came, the grain was activated again, or a sweep found the row.</summary>
    public sealed record Woke(DateTimeOffset At) : InstanceEvent(At);
}
