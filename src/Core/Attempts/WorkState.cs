using System.Text.Json.Serialization;
using Granary.Core.Apps;
using Granary.Core.Cells;
using Granary.Core.Stories;

namespace Granary.Core.Attempts;

/// <summary>
/// What the durable states of tasks and instances share: the newest attempt and the cell that it holds. All that placement, cells and sweeps know of either,
/// so that they treat both alike.
/// </summary>
public abstract record WorkState
{
    public AppId App { get; init; }

    /// <summary>The newest attempt; 0 before the first. While it waits for a cell the next one will be one higher.</summary>
    public int Attempt { get; init; }

    /// <summary>The newest attempt that was lost; 0 if none was. Whatever its cell finds of it later may have run beside what followed.</summary>
    public int LostAttempt { get; init; }

    /// <summary>The cell of the current attempt; set exactly while it runs or is being stopped.</summary>
    public CellId? Cell { get; init; }

    public AttemptCounters Counters { get; init; } = new();

    /// <summary>While PENDING: not placed before this instant (backoff); null when it may be placed at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When somebody must look at it again; null when only a report or its cell's comparison can move it.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>The exit status of the newest attempt, once it has ended by itself or by our stop.</summary>
    public int? ExitCode { get; init; }

    public Story Story { get; init; } = Story.Empty;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Its guid: those of tasks and of instances are never the same.</summary>
    [JsonIgnore]
    public abstract Guid Work { get; }

    /// <summary>What the current attempt runs, or the next one will; null for what was never wanted.</summary>
    [JsonIgnore]
    public abstract AttemptSpec? Runs { get; }

    /// <summary>PENDING: it waits for a cell.</summary>
    [JsonIgnore]
    public abstract bool IsWaiting { get; }

    /// <summary>RUNNING: its attempt is wanted on its cell.</summary>
    [JsonIgnore]
    public abstract bool IsRunning { get; }

    /// <summary>CANCELING: its attempt's end was ordered.</summary>
    [JsonIgnore]
    public abstract bool IsStopping { get; }

    [JsonIgnore]
    public bool HoldsCell => IsRunning || IsStopping;

    /// <summary>Its place in the queue: when it was first wanted, whatever happened to it since.</summary>
    [JsonIgnore]
    public abstract DateTimeOffset QueuedAt { get; }

    /// <summary>Its place among those that were wanted at the same instant.</summary>
    [JsonIgnore]
    public abstract int QueueNumber { get; }

    /// <summary>While it waits: the cell that another one is preferred to; null for none.</summary>
    [JsonIgnore]
    public abstract CellId? AvoidedCell { get; }

    /// <summary>While it waits: when the attempt before ended; null before the first attempt.</summary>
    [JsonIgnore]
    public abstract DateTimeOffset? GivenBackAt { get; }

    /// <summary>The process whose instances are spread over cells; null for a task.</summary>
    [JsonIgnore]
    public abstract ProcessKey? Process { get; }

    /// <summary>The attempt that holds a cell now, or held one last.</summary>
    [JsonIgnore]
    public AttemptKey Key => new(Work, Attempt);

    /// <summary>Whether it is this attempt that holds this cell.</summary>
    public bool IsHeldBy(AttemptKey attempt, CellId cell) => HoldsCell && Cell == cell && Key == attempt;
}
