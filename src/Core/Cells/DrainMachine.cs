using System.Diagnostics;
using static Granary.Core.Cells.DrainEvent;
using static Granary.Core.Cells.DrainPhase;
using Decision = Granary.Core.Decision<Granary.Core.Cells.DrainState, Granary.Core.Cells.DrainEffect>;

namespace Granary.Core.Cells;

/// <summary>
/// Decides what becomes of the order of a cell. Pure: same inputs, same decision.
/// <code>
///            drain                  nothing is left
///   OPEN --------------> DRAINING ------------------> DRAINED
///    ^                    |                              |
///    |  uncordon; or its host is back, or goes on        |
///    +--------------------+------------------------------+
/// </code>
/// </summary>
public static class DrainMachine
{
    /// <summary>The longest deadline: a drain that nobody remembers is a cell that nobody has.</summary>
    public static readonly TimeSpan DeadlineMax = TimeSpan.FromDays(7);

    public static readonly TimeSpan DeadlineDefault = TimeSpan.FromMinutes(10);

    public static Decision Decide(DrainState drain, DrainEvent @event) => (drain.Phase, @event) switch
    {
        (_, DrainRequested requested) when requested.Deadline < TimeSpan.Zero || requested.Deadline > DeadlineMax =>
            Decision.Refuse(drain, new Refusal(RefusalReason.Invalid, $"The deadline is between 0 s and {DeadlineMax.TotalDays:0} days")),
        (Open, DrainRequested requested) => Decision.Move(new DrainState
        {
            Cell = drain.Cell,
            Phase = Draining,
            Since = requested.At,
            DeadlineAt = requested.At + requested.Deadline,
            Why = requested.Why,
            EndingServer = requested.EndingServer,
        }),
        (Draining, DrainRequested { EndingServer: not null } requested) => Hasten(drain, requested),
        (Drained, DrainRequested { EndingServer: not null }) => Decision.Stay(drain),
        (Draining, DrainRequested requested) => Decision.Move(drain with { DeadlineAt = requested.At + requested.Deadline, Why = requested.Why, EndingServer = null }),
        (Drained, DrainRequested requested) => Decision.Move(drain with { Why = requested.Why, EndingServer = null }),

        (Draining or Drained, UncordonRequested) => Reopen(drain, @event.At),

        // Its host did end, and is back: the order was that silo's alone. Or it does not end after all, because its warden died before.
        (Draining or Drained, Heard heard) when drain.EndingServer is { } ended && (ended != heard.Server || !heard.Ends) => Reopen(drain, @event.At),
        (Draining, Heard { Attempts: 0, IsClosed: true }) => Decision.Move(drain with { Phase = Drained, Since = @event.At, DeadlineAt = null }),
        (Drained, Heard { Attempts: > 0 }) => Decision.Move(drain with { Phase = Draining, Since = @event.At, DeadlineAt = @event.At }), // What turned up there, as after its journal was lost, leaves at once.

        (Open, UncordonRequested) or (_, Heard) => Decision.Stay(drain),

        _ => throw new UnreachableException($"No rule for {@event} while {drain.Phase}."),
    };

    private static Decision Reopen(DrainState drain, DateTimeOffset at) => Decision.Move(new DrainState { Cell = drain.Cell, Since = at });

    /// <summary>An operator's drain stays the operator's. But what is not gone when the host ends is killed.</summary>
    private static Decision Hasten(DrainState drain, DrainRequested requested)
    {
        var deadlineAt = requested.At + requested.Deadline;
        return deadlineAt < drain.DeadlineAt ? Decision.Move(drain with { DeadlineAt = deadlineAt }) : Decision.Stay(drain);
    }
}
