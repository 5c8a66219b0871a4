using System.Text.Json.Serialization;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;

namespace Granary.Core.Instances;

/// <summary>Where an instance stands; the states of its newest run, and of none.</summary>
public enum InstancePhase
{
    /// <summary>Nobody ever said anything about it.</summary>
    Absent,

    /// <summary>Not wanted: nothing runs, and nothing will before it is wanted again.</summary>
    Stopped,

    /// <summary>Wanted; its next run waits for a cell.</summary>
    Pending,

    /// <summary>Given to a cell; its container exists, is being made, or is being looked for.</summary>
    Running,

    /// <summary>The end of its run was ordered and is not confirmed yet.</summary>
    Canceling,

    /// <summary>Its newest run ended by itself with status 0; the next one waits for its time.</summary>
    Succeeded,

    /// <summary>Its newest run ended by itself in any other way, or could not be started; the next one waits for its time.</summary>
    Failed,
}

/// <summary>The durable state of one instance; the whole truth about it. <see cref="InstanceInvariants"/> lists what always holds.</summary>
public sealed record InstanceState : WorkState
{
    public InstanceId Id { get; init; }

    public string Type { get; init; } = "";

    public int Index { get; init; }

    /// <summary>As in <see cref="Lanes"/>.</summary>
    public int Lane { get; init; }

    public InstancePhase Phase { get; init; }

    /// <summary>The revision of the app's newest order that is known here.</summary>
    public int Revision { get; init; }

    /// <summary>Whether the app wants it up. Always true in PENDING, RUNNING, SUCCEEDED and FAILED; in CANCELING it says whether another run follows.</summary>
    public bool IsWanted { get; init; }

    /// <summary>What the current run is, or the next one will be; null before it was first wanted.</summary>
    public InstanceSpec? Spec { get; init; }

    /// <summary>While CANCELING: what the next run will be, if it is not what ran before.</summary>
    public InstanceSpec? Next { get; init; }

    /// <summary>Its part in a hand-over. A relief has it until it counts; who is relieved has it until the app does not want it any more.</summary>
    public Part Part { get; init; }

    /// <summary>The next attempt is numbered above this one.</summary>
    public int After { get; init; }

    /// <summary>When it was last wanted after it was not.</summary>
    public DateTimeOffset WantedAt { get; init; }

    /// <summary>When the phase began.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Since when the process of the current run is known to run; null while that is not known.</summary>
    public DateTimeOffset? UpSince { get; init; }

    /// <summary>The cell that gave it back, while it waits for another.</summary>
    public CellId? GivenBackBy { get; init; }

    /// <summary>How the newest run that ended by itself ended, in words; null if none did since it was wanted.</summary>
    public string? LastEnd { get; init; }

    /// <summary>Its place among the two of an index, lower first: who runs for its app, then the relief, then who is not wanted any more. The first one counts.</summary>
    [JsonIgnore]
    public int Standing => (IsWanted, Part) switch
    {
        (false, _) => 2,
        (_, Part.Relieves) => 1,
        _ => 0,
    };

    /// <summary>What its app has to be told, until its next order; null for nothing.</summary>
    [JsonIgnore]
    public InstanceNews? News => Part switch
    {
        Part.IsRelieved when Phase is InstancePhase.Running or InstancePhase.Stopped => new InstanceNews.MakesWay(Type, Index, Lane, Attempt, Revision, HasEnded: Phase == InstancePhase.Stopped),
        Part.Relieves when UpSince is not null && Phase == InstancePhase.Running => new InstanceNews.ReliefUp(Type, Index, Lane, Attempt, Revision),
        _ => null,
    };

    /// <summary>Ends by itself in a row, each soon after the start.</summary>
    [JsonIgnore]
    public int Crashes => Counters.Failures;

    /// <inheritdoc/>
    [JsonIgnore]
    public override Guid Work => Id.Value;

    /// <inheritdoc/>
    [JsonIgnore]
    public override AttemptSpec? Runs => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsWaiting => Phase == InstancePhase.Pending;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsRunning => Phase == InstancePhase.Running;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsStopping => Phase == InstancePhase.Canceling;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DateTimeOffset QueuedAt => WantedAt;

    /// <inheritdoc/>
    [JsonIgnore]
    public override int QueueNumber => Index;

    /// <inheritdoc/>
    [JsonIgnore]
    public override CellId? AvoidedCell => GivenBackBy;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DateTimeOffset? GivenBackAt => Attempt == 0 ? null : Since;

    /// <inheritdoc/>
    [JsonIgnore]
    public override ProcessKey? Process => new(App, Type);
}
