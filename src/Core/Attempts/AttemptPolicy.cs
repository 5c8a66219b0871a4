using Granary.Core.Retry;

namespace Granary.Core.Attempts;

/// <summary>What to do when the infrastructure under an attempt is lost.</summary>
public enum OnCellLoss
{
    /// <summary>A new attempt elsewhere, within the loss budget.</summary>
    Move,

    /// <summary>The work fails: for commands that must never run twice.</summary>
    Fail,
}

/// <summary>The three counters that bound how often work is attempted.</summary>
/// <param name="Losses">Attempts lost with their infrastructure; bounded by <see cref="AttemptPolicy.LossesMax"/>.</param>
/// <param name="Failures">Own failures that led to a new attempt; bounded by <see cref="AttemptPolicy.RetriesMax"/>.</param>
/// <param name="Moves">Drains and declined placements; not bounded, but backed off.</param>
public sealed record AttemptCounters(int Losses = 0, int Failures = 0, int Moves = 0);

/// <summary>How often, and after which delay, work is attempted again. Part of the task's specification, fixed when it is submitted.</summary>
/// <param name="LossesMax">Moves after a loss. Default 2, range 0 to 100.</param>
/// <param name="RetriesMax">Retries after a failure of the command itself. Default 0, range 0 to 100.</param>
/// <param name="OnCellLoss">Whether a loss moves the work or fails it.</param>
/// <param name="RetryDelay">Delay before a retry after an own failure.</param>
/// <param name="MoveDelay">Delay after a declined placement.</param>
public sealed record AttemptPolicy(int LossesMax, int RetriesMax, OnCellLoss OnCellLoss, Backoff RetryDelay, Backoff MoveDelay)
{
    /// <summary>How long after a stop order the order is repeated: longer than the longest customary grace (10 s), so that it repeats only in trouble.</summary>
    public static readonly TimeSpan StopCheck = TimeSpan.FromSeconds(15);

    public static readonly AttemptPolicy Default = new(
        LossesMax: 2,
        RetriesMax: 0,
        OnCellLoss.Move,
        RetryDelay: new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
        MoveDelay: new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(15)));
}
