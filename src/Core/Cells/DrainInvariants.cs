using System.Collections.Immutable;

namespace Granary.Core.Cells;

/// <summary>
/// What holds for every decision about the drain of a cell; used by tests and by the grain before it saves.
/// 1. An open cell has neither a deadline nor a reason; a draining one has both, a drained one has a reason alone.
/// 2. A cell is closed by a request, and opened by an uncordon or when another silo serves it than the one whose host ended, or that one says that its host goes on.
/// 3. A cell is drained only when it said, with its door closed, that it holds nothing.
/// 4. An operator's drain never becomes that of an ending host.
/// 5. The cell stays the cell.
/// 6. A refusal changes nothing, and nothing changes in silence.
/// </summary>
public static class DrainInvariants
{
    public static ImmutableArray<string> Check(DrainState before, DrainEvent @event, Decision<DrainState, DrainEffect> decision)
    {
        var after = decision.Next;
        var rules = new BrokenRules();
        rules.Require((after.DeadlineAt is not null, after.Why is not null) == (after.Phase == DrainPhase.Draining, after.TakesNothing), "1: phase, deadline and reason disagree");
        rules.Require(before.TakesNothing || !after.TakesNothing || @event is DrainEvent.DrainRequested, "2: closed by nobody");
        rules.Require(!before.TakesNothing || after.TakesNothing || @event is DrainEvent.UncordonRequested || (@event is DrainEvent.Heard heard && before.EndingServer is { } ended && (ended != heard.Server || !heard.Ends)), "2: opened by nobody");
        rules.Require(after.Phase != DrainPhase.Drained || before.Phase == DrainPhase.Drained || @event is DrainEvent.Heard { Attempts: 0, IsClosed: true }, "3: drained while something is left");
        rules.Require(!before.TakesNothing || before.EndingServer is not null || after.EndingServer is null, "4: an operator's drain became an ending host's");
        rules.Require(after.Cell == before.Cell, "5: another cell");
        rules.Require((decision.Changes || ReferenceEquals(before, after)) && (decision.Refusal is null || !decision.Changes), "6: changed in silence");
        return rules.All;
    }
}
