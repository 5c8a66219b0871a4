using System.Text.Json.Serialization;
using Granary.Core.Apps;
using Granary.Core.Cells;
using Granary.Core.Instances;

namespace Granary.Core.Attempts;

/// <summary>
/// An order about an attempt that follows from a saved decision of a task or an instance. Each names its attempt, so that the receiver can drop what is
/// stale, and each may be repeated without harm. Starting is the receiver's care: a cell starts one attempt at most once.
/// </summary>
[JsonDerivedType(typeof(FindCell), "find-cell")]
[JsonDerivedType(typeof(StartAttempt), "start-attempt")]
[JsonDerivedType(typeof(FindAttempt), "find-attempt")]
[JsonDerivedType(typeof(StopAttempt), "stop-attempt")]
[JsonDerivedType(typeof(TellApp), "tell-app")]
public abstract record AttemptEffect
{
    /// <summary>Join the queue: find a cell for attempt <paramref name="Attempt"/>, not before <paramref name="NotBefore"/>.</summary>
    public sealed record FindCell(int Attempt, DateTimeOffset? NotBefore) : AttemptEffect;

    /// <summary>Tell the cell to admit and start the attempt.</summary>
    public sealed record StartAttempt(CellId Cell, AttemptKey Attempt) : AttemptEffect;

    /// <summary>Ask the cell what became of the attempt; never starts it. If the cell does not know it, it fences the number and reports it lost.</summary>
    public sealed record FindAttempt(CellId Cell, AttemptKey Attempt) : AttemptEffect;

    /// <summary>Tell the cell to stop the attempt: SIGTERM, grace, SIGKILL.</summary>
    public sealed record StopAttempt(CellId Cell, AttemptKey Attempt) : AttemptEffect;

    /// <summary>Tell the app of an instance how its hand-over goes.</summary>
    public sealed record TellApp(AppId App, InstanceNews News) : AttemptEffect;
}
