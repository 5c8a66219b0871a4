using System.Text;
using CsCheck;
using Granary.Core.Cells;
using Granary.Core.Tests.Stories;
using Granary.Testing;
using static Granary.Core.Cells.DrainEvent;

namespace Granary.Core.Tests.Cells;

public sealed class DrainTests
{
    private static readonly (string Name, DrainEvent Event)[] Events =
    [
        ("drain", new DrainRequested(A.At(10), TimeSpan.FromSeconds(60), "an operator drains it")),
        ("drain at once", new DrainRequested(A.At(10), TimeSpan.Zero, "in a hurry")),
        ("drain with a deadline of the past", new DrainRequested(A.At(10), TimeSpan.FromSeconds(-1), "an operator drains it")),
        ("drain for longer than anybody remembers", new DrainRequested(A.At(10), DrainMachine.DeadlineMax + TimeSpan.FromSeconds(1), "an operator drains it")),
        ("its host ends", new DrainRequested(A.At(10), TimeSpan.FromSeconds(30), "its host ends", "silo-1")),
        ("uncordon", new UncordonRequested(A.At(10))),
        ("it holds some", new Heard(A.At(10), "silo-1", 2, true)),
        ("it holds none, its door open", new Heard(A.At(10), "silo-1", 0, false)),
        ("it holds none", new Heard(A.At(10), "silo-1", 0, true)),
        ("it holds some, its host ends", new Heard(A.At(10), "silo-1", 2, true, Ends: true)),
        ("it holds none, its host ends", new Heard(A.At(10), "silo-1", 0, true, Ends: true)),
        ("another silo holds some", new Heard(A.At(10), "silo-2", 2, false)),
    ];

    private static readonly DrainState Draining = new() { Cell = A.Cell1, Phase = DrainPhase.Draining, Since = A.Start, DeadlineAt = A.At(600), Why = "an operator drains it" };

    private static readonly (string Name, DrainState State)[] States =
    [
        ("OPEN, never ordered", new DrainState { Cell = A.Cell1 }),
        ("OPEN", new DrainState { Cell = A.Cell1, Since = A.Start }),
        ("DRAINING", Draining),
        ("DRAINING, its host ends", Draining with { EndingServer = "silo-1" }),
        ("DRAINED", Draining with { Phase = DrainPhase.Drained, DeadlineAt = null }),
        ("DRAINED, its host ended", Draining with { Phase = DrainPhase.Drained, DeadlineAt = null, EndingServer = "silo-1" }),
    ];

    [Fact]
    public void Every_state_has_a_rule_for_every_event()
    {
        var table = new StringBuilder("# What each state of a drain makes of each event. Recorded and reviewed: see docs/recipes/add-a-task-event.md.\n");

        foreach (var (state, before) in States)
        {
            table.Append('\n').Append(state).Append('\n');
            foreach (var (name, @event) in Events)
            {
                var decision = DrainMachine.Decide(before, @event);
                Assert.Empty(DrainInvariants.Check(before, @event, decision));
                table.Append("    ").Append(name.PadRight(44)).Append(decision.Refusal is { } refusal ? $"refused, {refusal.Reason}" : decision.Changes ? DrainTeller.Words(decision.Next) : "stays").Append('\n');
            }
        }

        Recorded.Check(Repository.PathOf("tests", "Core.Tests", "stories", "drain-table.txt"), table.ToString());
    }

    [Fact]
    public void The_invariants_hold_for_100_000_lists_of_events() => Gen.Int[0, Events.Length - 1].Array[1, 20].Sample(
        list =>
        {
            var drain = new DrainState { Cell = A.Cell1 };
            foreach (var index in list)
            {
                var decision = DrainMachine.Decide(drain, Events[index].Event);
                var broken = DrainInvariants.Check(drain, Events[index].Event, decision);
                if (!broken.IsEmpty)
                {
                    throw new InvalidOperationException(string.Join("; ", broken));
                }

                drain = decision.Next;
            }
        },
        iter: 100_000,
        print: list => string.Join(", ", list.Select(index => Events[index].Name)));

    [Fact]
    public void A_broken_decision_is_caught()
    {
        var open = new DrainState { Cell = A.Cell1 };
        var drained = Draining with { Phase = DrainPhase.Drained, DeadlineAt = null };
        var heard = new Heard(A.At(10), "silo-1", 1, true);

        Assert.Equal(["1: phase, deadline and reason disagree"], Check(Draining, heard, Draining with { DeadlineAt = null }));
        Assert.Equal(["2: closed by nobody"], Check(open, heard, Draining));
        Assert.Equal(["2: opened by nobody"], Check(Draining, heard, open));
        Assert.Equal(["3: drained while something is left"], Check(Draining, heard, drained));
        Assert.Equal(["4: an operator's drain became an ending host's"], Check(Draining, Events[4].Event, Draining with { EndingServer = "silo-1" }));
        Assert.Equal(["5: another cell"], Check(Draining, heard, Draining with { Cell = new CellId("cell-2") }));
        Assert.Equal(["6: changed in silence"], DrainInvariants.Check(Draining, heard, Decision<DrainState, DrainEffect>.Stay(Draining with { Why = "another reason" })).AsEnumerable());
    }

    [Fact]
    public void What_will_wait_is_told_of_the_last_cell_and_of_cells_that_are_too_full()
    {
        var one = Cell("cell-1", reserved: 512);

        Assert.Null(DrainOutlook.WhatWaits(A.Cell1, [one, Cell("cell-2", reserved: 512)]));
        Assert.Equal(
            "The other cells have 511 MB memory and 511 MB disk free in all, and 512 MB memory and 512 MB disk is taken on cell-1: some of what is left at the deadline will wait.",
            DrainOutlook.WhatWaits(A.Cell1, [one, Cell("cell-2", reserved: 513)]));
        Assert.StartsWith("No other cell of the isolation segment secure takes anything: ", DrainOutlook.WhatWaits(A.Cell1, [one with { Segment = "secure" }, Cell("cell-2", reserved: 0)]), StringComparison.Ordinal);
        foreach (var other in new CellView[][] { [], [Cell("cell-2", 0) with { EngineUp = false }], [Cell("cell-2", 0) with { Drain = Draining }] })
        {
            Assert.StartsWith("No other cell takes anything: ", DrainOutlook.WhatWaits(A.Cell1, [one, .. other]), StringComparison.Ordinal);
        }
    }

    private static CellView Cell(string name, int reserved) => new(new CellId(name), "engine", "silo", new CellCapacity(1024, 1024), new CellCapacity(reserved, reserved), 1, true, "up", A.Start, 1);

    private static IEnumerable<string> Check(DrainState before, DrainEvent @event, DrainState after) => DrainInvariants.Check(before, @event, Decision<DrainState, DrainEffect>.Move(after));
}
