using System.Text.Json.Serialization;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;

namespace Granary.Core.Tasks;

/// <summary>Something that happened to a task. Everything the decision needs from outside is inside the event, the time included.</summary>
/// <param name="At">When it happened, by the clock of the process that tells.</param>
[JsonDerivedType(typeof(Submitted), "submitted")]
[JsonDerivedType(typeof(Placed), "placed")]
[JsonDerivedType(typeof(Reported), "reported")]
[JsonDerivedType(typeof(CancelRequested), "cancel-requested")]
[JsonDerivedType(typeof(Relabelled), "relabelled")]
[JsonDerivedType(typeof(Outlived), "outlived")]
[JsonDerivedType(typeof(Woke), "woke")]
public abstract record TaskEvent(DateTimeOffset At)
{
    /// <summary>The app admitted the task and gave it a sequence id.</summary>
    public sealed record Submitted(DateTimeOffset At, TaskId Id, AppId App, int SequenceId, TaskSpec Spec, Metadata Metadata) : TaskEvent(At);

    /// <summary>Placement chose a cell for the next attempt. The number makes a late or repeated choice harmless.</summary>
    /// <param name="Waited">What the task waited for until now, in words; null if it did not wait.</param>
    public sealed record Placed(DateTimeOffset At, int Attempt, CellId Cell, string? Waited = null) : TaskEvent(At);

    /// <summary>A cell spoke about an attempt.</summary>
    public sealed record Reported(DateTimeOffset At, AttemptReport Report) : TaskEvent(At);

    /// <summary>Somebody asked for the end of the task.</summary>
    public sealed record CancelRequested(DateTimeOffset At) : TaskEvent(At);

    /// <summary>A cell that came back found that an attempt may have run on after the lease under it had lapsed for others. It adds to the story, also of a finished task, and changes nothing else.</summary>
    public sealed record Outlived(DateTimeOffset At, int Attempt, CellId Cell) : TaskEvent(At);

    /// <summary>Labels or annotations were changed: the only thing that may change on a finished task.</summary>
    public sealed record Relabelled(DateTimeOffset At, Metadata Metadata) : TaskEvent(At);

    /// <summary>A wake-up: the time came, the grain was activated again, or a sweep found the row. Recovery is an event like any other.</summary>
    public sealed record Woke(DateTimeOffset At) : TaskEvent(At);
}
