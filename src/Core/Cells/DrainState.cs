using System.Text.Json.Serialization;

namespace Granary.Core.Cells;

public enum DrainPhase
{
    /// <summary>The cell takes what comes.</summary>
    Open,

    /// <summary>It takes nothing new. What runs may end until the deadline; then it is moved.</summary>
    Draining,

    /// <summary>It takes nothing, and nothing of it runs.</summary>
    Drained,
}

/// <summary>What an operator, or the end of its host, ordered of a cell. Durable: it outlives every silo. A fresh instance is a cell of which nothing was ever ordered.</summary>
public sealed record DrainState
{
    public static readonly DrainState Open = new();

    public CellId Cell { get; init; }

    public DrainPhase Phase { get; init; }

    /// <summary>When this phase began; null for a cell of which nothing was ever ordered.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>While it drains: when what is left is moved.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>In words, why it takes nothing; null while it is open.</summary>
    public string? Why { get; init; }

    /// <summary>The silo, with its start, that said that its host ends. The drain lasts until another serves the cell, or the host does not end after all. Null for an operator's, which lasts until it is taken back.</summary>
    public string? EndingServer { get; init; }

    [JsonIgnore]
    public bool TakesNothing => Phase != DrainPhase.Open;

    /// <summary>"open", "draining" or "drained".</summary>
    [JsonIgnore]
    public string Word => Phase switch
    {
        DrainPhase.Open => "open",
        DrainPhase.Draining => "draining",
        _ => "drained",
    };
}

/// <summary>Something that happened to the order of a cell.</summary>
public abstract record DrainEvent(DateTimeOffset At)
{
    /// <summary>Somebody wants the cell to let go of what it runs.</summary>
    /// <param name="Deadline">How long what runs may take to end by itself.</param>
    /// <param name="EndingServer">See <see cref="DrainState.EndingServer"/>.</param>
    public sealed record DrainRequested(DateTimeOffset At, TimeSpan Deadline, string Why, string? EndingServer = null) : DrainEvent(At);

    /// <summary>Somebody wants the cell to take what comes again.</summary>
    public sealed record UncordonRequested(DateTimeOffset At) : DrainEvent(At);

    /// <summary>The cell spoke.</summary>
    /// <param name="Server">The silo that serves it, with its start.</param>
    /// <param name="Attempts">How many attempts it holds.</param>
    /// <param name="IsClosed">It took nothing any more when they were counted.</param>
    /// <param name="Ends">Its host was told to end.</param>
    public sealed record Heard(DateTimeOffset At, string Server, int Attempts, bool IsClosed, bool Ends = false) : DrainEvent(At);
}

/// <summary>A drain orders nothing: its cell reads it and does what it says.</summary>
public abstract record DrainEffect;
