using System.Collections.Immutable;

namespace Granary.Simulator.Plans;

/// <summary>
/// What a world is to be like, as a scenario file or the command line says it. With a seed it becomes a <see cref="Plan"/>. docs/simulate.md describes the file.
/// </summary>
public sealed record Scenario
{
    public Amounts Cells { get; init; } = Amounts.Of(5);

    public Amounts CellMemoryMb { get; init; } = Amounts.Of(1024);

    public Amounts CellDiskMb { get; init; } = Amounts.Of(100_000);

    public Amounts Candidates { get; init; } = Amounts.Of(1);

    /// <summary>Seconds by which wall clocks are ahead or behind.</summary>
    public double SkewMax { get; init; }

    /// <summary>The part of cells, of one, that join while the world goes on.</summary>
    public double Joining { get; init; }

    /// <summary>Isolation segments that cells take in turn, null for the shared one; empty when all are of that one.</summary>
    public ImmutableArray<string?> Segments { get; init; } = [];

    public Amounts Silos { get; init; } = Amounts.Of(3);

    public ImmutableArray<PlannedCell> ExactCells { get; init; } = [];

    public ImmutableArray<TaskMix> Tasks { get; init; } = [];

    public ImmutableArray<PlannedTask> ExactTasks { get; init; } = [];

    public ImmutableArray<AppMix> Apps { get; init; } = [];

    public ImmutableArray<PlannedApp> ExactApps { get; init; } = [];

    public ImmutableArray<FaultRule> Faults { get; init; } = [];

    /// <summary>Null: when the last fault and the last submit are over.</summary>
    public TimeSpan? MendedAt { get; init; }

    public MessageOdds Messages { get; init; } = new(0.001, 0.01, 0.01);

    public Policies Policies { get; init; } = Policies.Default;

    /// <summary>Of a story file: the one seed that it is about.</summary>
    public ulong? Seed { get; init; }

    public Plan Plan(ulong seed) => new PlanDraw(this, new Chance(seed)).Draw(seed);
}

/// <summary>Tasks that are alike. Parts are of one.</summary>
public sealed record TaskMix(Amounts Count)
{
    /// <summary>Seconds.</summary>
    public Amounts At { get; init; } = Amounts.Of(3, 40);

    /// <summary>Seconds.</summary>
    public Amounts Lasts { get; init; } = Amounts.Of(1, 30);

    public Amounts MemoryMb { get; init; } = Amounts.Of(64);

    public double Fails { get; init; }

    public double RunOutOfMemory { get; init; }

    public double Hang { get; init; }

    public double Cancelled { get; init; }

    public double HaveDeadline { get; init; }

    public double FailOnLoss { get; init; }

    public Amounts LossesMax { get; init; } = Amounts.Of(2);

    public Amounts RetriesMax { get; init; } = Amounts.Of(0);

    /// <inheritdoc cref="PlannedCell.Segment"/>
    public string? Segment { get; init; }
}

/// <summary>Apps that are alike.</summary>
/// <param name="Changes">How often users change each.</param>
public sealed record AppMix(Amounts Count, Amounts Instances, Amounts MemoryMb, Amounts At, Amounts Changes, Amounts? CrashesAfter)
{
    /// <inheritdoc cref="PlannedCell.Segment"/>
    public string? Segment { get; init; }
}

/// <summary>Faults to draw.</summary>
/// <param name="Kinds">One of these each time.</param>
/// <param name="Every">From one to the next; null for <paramref name="Count"/> of them.</param>
/// <param name="Lasts">Seconds; null for ever.</param>
/// <param name="Cell">Null for one that is drawn each time.</param>
public sealed record FaultRule(ImmutableArray<FaultKind> Kinds, Amounts Count, Amounts At, TimeSpan? Every, Amounts? Lasts, ImmutableArray<string> Cell, Amounts? Amount);
