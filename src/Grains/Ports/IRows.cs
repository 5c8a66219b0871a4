using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;

namespace Granary.Grains.Ports;

/// <summary>Reads documents from the listing columns, past the grains. Every answer is a committed state.</summary>
public interface IRows<TState>
{
    Task<TState?> Find(Guid guid, CancellationToken cancellation);

    Task<RowPage<TState>> Page(RowQuery query, CancellationToken cancellation);
}

/// <summary>What placement, cells and sweeps ask about tasks and instances alike. A guid says which of the two it is of.</summary>
public interface IWorkRows
{
    Task<WorkState?> Find(Guid work, CancellationToken cancellation);

    /// <summary>All that are PENDING, oldest first.</summary>
    Task<IReadOnlyList<WorkState>> Pending(CancellationToken cancellation);

    /// <summary>The attempts that are RUNNING or CANCELING on a cell.</summary>
    Task<IReadOnlyList<AttemptRow>> OnCell(CellId cell, CancellationToken cancellation);

    /// <summary>The attempts that are RUNNING or CANCELING on any of these cells.</summary>
    Task<IReadOnlyList<AttemptRow>> OnCells(IReadOnlyCollection<CellId> cells, CancellationToken cancellation);

    /// <summary>Those whose wake-up time has passed, the most overdue first.</summary>
    Task<IReadOnlyList<Guid>> Due(DateTimeOffset now, int countMax, CancellationToken cancellation);

    /// <summary>All that are CANCELING.</summary>
    Task<IReadOnlyList<Guid>> Canceling(CancellationToken cancellation);

    /// <summary>What the row says now about attempt, cell and phase; null if there is no row. Read before a container is made and before it is started.</summary>
    Task<AttemptRow?> Current(Guid work, CancellationToken cancellation);

    /// <summary>The cells that instances hold.</summary>
    Task<IReadOnlyList<HeldCell>> Instances(CancellationToken cancellation);
}

/// <summary>What sweeps ask about apps.</summary>
public interface IAppRows : IRows<AppState>
{
    /// <summary>Apps of which some instances may not know what is wanted of them, the most overdue first.</summary>
    Task<IReadOnlyList<AppId>> Due(DateTimeOffset now, int countMax, CancellationToken cancellation);
}

/// <summary>The part of a task's or instance's row that fences attempts.</summary>
public readonly record struct AttemptRow(AttemptKey Attempt, CellId? Cell, bool IsRunning, bool IsStopping)
{
    public static AttemptRow Of(WorkState work) => new(work.Key, work.Cell, work.IsRunning, work.IsStopping);

    /// <summary>Whether it is this attempt that holds this cell.</summary>
    public bool IsHeldBy(AttemptKey attempt, CellId cell) => (IsRunning || IsStopping) && Cell == cell && Attempt == attempt;
}

/// <summary>An instance and the cell that it holds.</summary>
public readonly record struct HeldCell(Guid Instance, ProcessKey Process, CellId Cell);

public enum RowOrder
{
    CreatedAt,
    UpdatedAt,
    Name,

    /// <summary>A place that its owner gave it: of lists that have no rows.</summary>
    Position,
}

/// <summary>An instant compared the way the API spells it: exact, or one of the four inequalities.</summary>
public readonly record struct InstantFilter(InstantRelation Relation, DateTimeOffset At);

public enum InstantRelation
{
    Equal,
    Before,
    NotAfter,
    After,
    NotBefore,
}

/// <summary>One requirement of a label selector; all must hold.</summary>
public sealed record LabelRequirement(string Key, LabelRelation Relation, ImmutableArray<string> Values);

public enum LabelRelation
{
    Exists,
    Absent,
    In,
    NotIn,
}

/// <summary>A listing request. An empty filter list lets everything pass; several values of one filter are alternatives; filters are combined with "and".</summary>
public sealed record RowQuery
{
    public ImmutableArray<Guid>? Guids { get; init; }

    public ImmutableArray<Guid>? Apps { get; init; }

    /// <summary>What is in an app of one of these spaces; for apps the spaces themselves.</summary>
    public ImmutableArray<Guid>? Spaces { get; init; }

    /// <summary>Compared without regard to case.</summary>
    public ImmutableArray<string>? Names { get; init; }

    /// <summary>Where the names must be unique, for example the space of an app.</summary>
    public ImmutableArray<string>? Scopes { get; init; }

    public ImmutableArray<string>? States { get; init; }

    public ImmutableArray<int>? Sequences { get; init; }

    public ImmutableArray<InstantFilter> CreatedAts { get; init; } = [];

    public ImmutableArray<InstantFilter> UpdatedAts { get; init; } = [];

    public ImmutableArray<LabelRequirement> Labels { get; init; } = [];

    public RowOrder Order { get; init; }

    public bool Descending { get; init; }

    /// <summary>From 1.</summary>
    public int Page { get; init; } = 1;

    public int PerPage { get; init; } = 50;

    /// <summary>Where the page before ended: continues from an index instead of counting rows. Overrides <see cref="Page"/> for the position, not for the numbering.</summary>
    public string? After { get; init; }
}

/// <param name="Items">The rows of the page, in order.</param>
/// <param name="Total">How many rows match; may be a second old.</param>
/// <param name="Next">The position behind the last row, for <see cref="RowQuery.After"/>; null when there is no further row.</param>
public sealed record RowPage<TState>(IReadOnlyList<TState> Items, long Total, string? Next);
