using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Leases;

namespace Granary.Simulator.Plans;

/// <summary>Everything that is settled before a world runs; what its parts do by chance follows from the seed.</summary>
public sealed record Plan(ulong Seed)
{
    public ImmutableArray<PlannedCell> Cells { get; init; } = [];

    /// <summary>How many silos carry grains; a cell beyond them is served by a silo that carries none.</summary>
    public int Silos { get; init; }

    public ImmutableArray<PlannedTask> Tasks { get; init; } = [];

    public ImmutableArray<PlannedApp> Apps { get; init; } = [];

    public ImmutableArray<PlannedFault> Faults { get; init; } = [];

    /// <summary>By then every fault is mended that is mended at all.</summary>
    public TimeSpan MendedAt { get; init; }

    /// <summary>The parts of messages that are lost, slow and doubled as long as no fault says otherwise.</summary>
    public MessageOdds Messages { get; init; } = new(0.001, 0.01, 0.01);

    public Policies Policies { get; init; } = Policies.Default;
}

/// <param name="Rate">Seconds of its monotonic clock in a true second.</param>
/// <param name="ClockAtStart">Of its monotonic clock.</param>
/// <param name="Skew">How far its wall clock is ahead.</param>
/// <param name="Candidates">Silos that would serve it.</param>
public sealed record PlannedCell(string Name, CellCapacity Capacity, int Candidates, double Rate, TimeSpan ClockAtStart, TimeSpan Skew)
{
    /// <summary>When its host is started for the first time.</summary>
    public TimeSpan JoinsAt { get; init; }

    /// <summary>Its isolation segment; null for the shared one. The same of tasks and apps.</summary>
    public string? Segment { get; init; }
}

/// <summary>A task as a client submits it, and what its command does, whoever runs it.</summary>
public sealed record PlannedTask(TimeSpan At, TimeSpan Lasts, int ExitCode, int MemoryMb)
{
    public bool RunsOutOfMemory { get; init; }

    /// <summary>It never ends by itself, and hears no TERM.</summary>
    public bool Hangs { get; init; }

    public TimeSpan? CancelAt { get; init; }

    public TimeSpan? Deadline { get; init; }

    public int LossesMax { get; init; } = AttemptPolicy.Default.LossesMax;

    public int RetriesMax { get; init; } = AttemptPolicy.Default.RetriesMax;

    public bool FailsOnLoss { get; init; }

    /// <inheritdoc cref="PlannedCell.Segment"/>
    public string? Segment { get; init; }
}

/// <summary>An app whose instances are to stay up.</summary>
/// <param name="CrashesAfter">How long each run of an instance lasts; null for ever.</param>
/// <param name="Changes">What its users do to it later.</param>
public sealed record PlannedApp(TimeSpan At, int Instances, int MemoryMb, TimeSpan? CrashesAfter, ImmutableArray<PlannedChange> Changes)
{
    /// <inheritdoc cref="PlannedCell.Segment"/>
    public string? Segment { get; init; }
}

public enum AppChange
{
    Scale,
    Restart,
    Stop,
    Start,
}

/// <param name="Instances">Where it is scaled to.</param>
public sealed record PlannedChange(TimeSpan At, AppChange Change, int Instances = 0);

/// <param name="Lasts">Null for a fault that is never mended.</param>
/// <param name="Cells">Whom it strikes; empty where it strikes no cell, or all that there is.</param>
/// <param name="Amount">How strong it is, or which of its ways it takes; each kind says what it means.</param>
public sealed record PlannedFault(FaultKind Kind, TimeSpan At, TimeSpan? Lasts, ImmutableArray<string> Cells, double Amount = 0)
{
    public TimeSpan End(TimeSpan mendedAt) => Lasts is { } lasts && At + lasts < mendedAt ? At + lasts : mendedAt;
}

public sealed record MessageOdds(double Lost, double Slow, double Doubled);

/// <summary>Where an attempt goes among the cells that have room.</summary>
public enum PlacementStrategy
{
    /// <summary>Granary's own: where most is free.</summary>
    Spread,

    /// <summary>Where least is free. For comparison.</summary>
    Pack,
}

/// <summary>What an operator may choose.</summary>
public sealed record Policies(LeasePolicy Lease, TimeSpan KeepRoomAfter, TimeSpan StopGrace, PlacementStrategy Placement, int? LossesMax, int? RetriesMax)
{
    public static readonly Policies Default = new(LeasePolicy.Default, Core.Placement.PlacementPolicy.Default.KeepRoomAfter, TimeSpan.FromSeconds(10), PlacementStrategy.Spread, null, null);
}
