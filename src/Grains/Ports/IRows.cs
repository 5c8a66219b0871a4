using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Tasks;

namespace Granary.Grains.Ports;

/// <summary>Reads documents from the listing columns, past the grains. Every answer is a committed state.</summary>
public interface IRows<TState>
{
    Task<TState?> Find(Guid guid, CancellationToken cancellation);

    Task<RowPage<TState>> Page(RowQuery query, CancellationToken cancellation);
}

/// <summary>What placement, cells and sweeps ask about tasks.</summary>
public interface ITaskRows : IRows<TaskState>
{
    /// <summary>All PENDING tasks, oldest first (by creation, then sequence id).</summary>
    Task<IReadOnlyList<TaskState>> Pending(CancellationToken cancellation);

    /// <summary>The attempts that are RUNNING or CANCELING on a cell.</summary>
    Task<IReadOnlyList<AttemptRow>> OnCell(CellId cell, CancellationToken cancellation);

    /// <summary>The attempts that are RUNNING or CANCELING on any of these cells.</summary>
    Task<IReadOnlyList<AttemptRow>> OnCells(IReadOnlyCollection<CellId> cells, CancellationToken cancellation);

    /// <summary>Tasks whose wake-up time has passed, the most overdue first.</summary>
    Task<IReadOnlyList<TaskId>> Due(DateTimeOffset now, int countMax, CancellationToken cancellation);

    /// <summary>All CANCELING tasks.</summary>
    Task<IReadOnlyList<TaskId>> Canceling(CancellationToken cancellation);

    /// <summary>What the task's row says now about attempt, cell and phase; null if there is no row. Read before a container is made and before it is started.</summary>
    Task<AttemptRow?> Current(TaskId task, CancellationToken cancellation);
}

/// <summary>The part of a task's row that fences attempts.</summary>
public readonly record struct AttemptRow(AttemptKey Attempt, CellId? Cell, TaskPhase Phase);

public enum RowOrder
{
    CreatedAt,
    UpdatedAt,
    Name,
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
