using System.Collections.Immutable;
using CsCheck;
using Granary.Core.Attempts;
using Granary.Core.Instances;
using Granary.Core.Tests.Stories;
using Granary.Testing;
using static Granary.Core.Attempts.AttemptReport;
using static Granary.Core.Instances.InstanceEvent;

namespace Granary.Core.Tests.Instances;

/// <summary>What holds for all lists of events, in any order, late and repeated. A failure prints the list as a story.</summary>
public sealed class InstanceProperties
{
    private const int Lists = 200_000;

    /// <summary>A step before it meets an instance: which event, for the newest attempt or revision or one off, and how much later than the last.</summary>
    private sealed record Step(int Kind, int Offset, int Code, double Seconds);

    private static readonly Gen<Step[]> Lives = Gen.Select(
        Gen.Int[0, 16],
        Gen.Frequency((8, Gen.Const(0)), (1, Gen.Const(-1)), (1, Gen.Const(1))),
        Gen.Frequency((2, Gen.Const(0)), (1, Gen.Int[1, 255])),
        Gen.Frequency((8, Gen.Double[0, 1]), (2, Gen.Double[1, 60]), (1, Gen.Double[60, 2000])),
        (kind, offset, code, seconds) => new Step(kind, offset, code, seconds)).Array[1, 24];

    [Fact]
    public void The_invariants_hold_for_200_000_lists_of_events() => Lives.Sample(
        life =>
        {
            var starts = new HashSet<int>();
            Run(life, (before, @event, decision) =>
            {
                Require(InstanceInvariants.Check(before, decision));
                foreach (var start in decision.Effects.OfType<AttemptEffect.StartAttempt>())
                {
                    Require(starts.Add(start.Attempt.Number), $"attempt {start.Attempt.Number} was ordered to start twice");
                }

                var next = decision.Next;
                Require(next.Story.Entries.Count <= Limits.StoryEntries, "the story grew without bound");
                Require(before.Phase == next.Phase || next.Phase == InstancePhase.Stopped && before.Phase == InstancePhase.Absent || next.Story.Entries[^1].Text.StartsWith(InstanceMachine.Upper(next.Phase), StringComparison.Ordinal), "a transition is missing in the story");
                Require(next.Phase != InstancePhase.Pending || before.Phase == InstancePhase.Pending || decision.Effects.OfType<AttemptEffect.FindCell>().Any(), "it waits and placement does not know");
                Require(@event is not Ordered { Order: var order } || order.Revision <= before.Revision || next.IsWanted == order.Spec is not null || next.Part == Part.IsRelieved, "an order of the app was not taken");
                Require(@event is not Reported { Report: Lost } || next.Crashes <= before.Crashes, "a loss was counted as a crash");
            });
        },
        iter: Lists,
        print: Print);

    [Fact]
    public void Repeating_each_event_changes_nothing_but_restarts() => Lives.Where(life => life.All(step => step.Kind != 2)).Sample(
        life =>
        {
            var once = Run(life, (_, _, _) => { });
            var twice = new InstanceState();
            Run(life, (_, @event, _) =>
            {
                twice = InstanceMachine.Decide(twice, @event).Next;
                twice = InstanceMachine.Decide(twice, @event).Next;
            });
            Require(once.Phase == twice.Phase && once.Attempt == twice.Attempt && once.Counters == twice.Counters && once.IsWanted == twice.IsWanted && once.Spec?.Version == twice.Spec?.Version, $"{once.Phase} became {twice.Phase}");
        },
        iter: Lists / 4,
        print: Print);

    [Fact]
    public void A_wanted_instance_is_up_again_once_the_world_is_well() => Lives.Sample(
        life =>
        {
            var instance = Run(life, (_, _, _) => { });
            var now = A.At(1_000_000);
            instance = InstanceMachine.Decide(instance, new Ordered(now, A.Order(instance.Revision + 1, 9, after: instance.Attempt + 1))).Next;

            // The world: time passes, placement finds a cell, the cell does what it is told.
            for (var step = 0; step < 8 && instance is not { UpSince: not null, Spec.Version: 9, Phase: InstancePhase.Running }; step++)
            {
                now += TimeSpan.FromHours(1);
                instance = InstanceMachine.Decide(instance, instance.Phase switch
                {
                    InstancePhase.Pending => new Placed(now, instance.Attempt + 1, A.Cell1),
                    InstancePhase.Running => new Reported(now, new Started(instance.Attempt)),
                    InstancePhase.Canceling => new Reported(now, new Exited(instance.Attempt, new AttemptExit(143, false, A.Start, now, BeforeStop: false))),
                    _ => new Woke(now),
                }).Next;
            }

            Require(instance is { UpSince: not null, Spec.Version: 9, Phase: InstancePhase.Running }, $"it is {instance.Phase} still");
        },
        iter: Lists / 4,
        print: Print);

    public static TheoryData<string> Mutations => new(Broken.Keys);

    /// <summary>Each breaks the invariant whose number it starts with, so that the invariants are known to be able to fail.</summary>
    private static readonly Dictionary<string, (InstanceState Before, Func<InstanceState, InstanceState> Break, ImmutableArray<AttemptEffect> Effects)> Broken = new()
    {
        ["1: another index"] = (A.RunningInstance(), instance => instance with { Index = 1 }, []),
        ["2: the attempt number falls"] = (A.RunningInstance(2), instance => instance with { Attempt = 1 }, []),
        ["2: the revision falls"] = (A.RunningInstance(), instance => instance with { Revision = 0 }, []),
        ["3: a running instance has no cell"] = (A.RunningInstance(), instance => instance with { Cell = null }, []),
        ["3: up without a cell"] = (A.InstanceIn(InstancePhase.Pending), instance => instance with { UpSince = A.Start }, []),
        ["4: runs unwanted"] = (A.RunningInstance(), instance => instance with { IsWanted = false }, []),
        ["4: rests wanted"] = (A.InstanceIn(InstancePhase.Stopped), instance => instance with { IsWanted = true }, []),
        ["5: failed for ever"] = (A.InstanceIn(InstancePhase.Failed), instance => instance with { WakeAt = null }, []),
        ["5: canceling without a wake-up"] = (A.InstanceIn(InstancePhase.Canceling), instance => instance with { WakeAt = null }, []),
        ["5: stopped with a wake-up"] = (A.InstanceIn(InstancePhase.Stopped), instance => instance with { WakeAt = A.Start }, []),
        ["6: a running instance is started again"] = (A.RunningInstance(), instance => instance with { UpdatedAt = A.At(1) }, [new AttemptEffect.StartAttempt(A.Cell1, A.RunningInstance().Key)]),
        ["5: up as a relief, and nobody will be told"] = (A.InstanceIn(InstancePhase.Running), instance => instance with { Part = Part.Relieves, UpSince = A.Start }, []),
        ["8: a stopped instance runs"] = (A.InstanceIn(InstancePhase.Stopped), instance => instance with { Phase = InstancePhase.Running, Cell = A.Cell1, IsWanted = true }, []),
        ["9: waits beside its relief"] = (A.InstanceIn(InstancePhase.Pending), instance => instance with { Part = Part.IsRelieved }, []),
        ["9: a relief rests"] = (A.InstanceIn(InstancePhase.Stopped), instance => instance with { Part = Part.Relieves }, []),
    };

    [Theory]
    [MemberData(nameof(Mutations))]
    public void A_broken_decision_is_caught(string rule)
    {
        var (before, @break, effects) = Broken[rule];

        var caught = InstanceInvariants.Check(before, Decision<InstanceState, AttemptEffect>.Move(@break(before), effects));

        Assert.Contains(caught, each => each.StartsWith(rule[..(rule.IndexOf(':', StringComparison.Ordinal) + 1)], StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_that_is_not_declared_is_caught()
    {
        var before = A.RunningInstance();

        var caught = InstanceInvariants.Check(before, Decision<InstanceState, AttemptEffect>.Stay(before with { UpdatedAt = A.At(1) }));

        Assert.Equal("7: changed in silence", Assert.Single(caught));
    }

    private static InstanceState Run(Step[] steps, Action<InstanceState, InstanceEvent, Decision<InstanceState, AttemptEffect>> see)
    {
        var instance = new InstanceState();
        foreach (var @event in Events(steps))
        {
            var told = @event(instance);
            var decision = InstanceMachine.Decide(instance, told);
            see(instance, told, decision);
            instance = decision.Next;
        }

        return instance;
    }

    private static IEnumerable<Func<InstanceState, InstanceEvent>> Events(Step[] steps)
    {
        var seconds = 0.0;
        foreach (var step in steps.Prepend(new Step(0, 1, 0, 0)))
        {
            var at = A.At(seconds += step.Seconds);
            yield return instance => Event(step, instance, at);
        }
    }

    private static InstanceEvent Event(Step step, InstanceState instance, DateTimeOffset at)
    {
        var attempt = instance.Attempt + step.Offset;
        return step.Kind switch
        {
            0 => new Ordered(at, A.Order(instance.Revision + step.Offset, 1 + (step.Code % 2))),
            1 => new Ordered(at, A.Order(instance.Revision + 1, step.Code > 0 ? 0 : 1)),
            2 => new RestartRequested(at),
            3 or 4 or 5 => new Placed(at, attempt + 1, A.Cell1),
            6 => new Reported(at, new Started(attempt)),
            7 or 8 => new Reported(at, new Exited(attempt, new AttemptExit(step.Code, step.Code == 137, instance.Since < at ? instance.Since : at, at, BeforeStop: step.Kind == 7))),
            9 => new Reported(at, new Lost(attempt, "its lease lapsed")),
            10 => new Reported(at, new Declined(attempt, "no room", step.Code > 200)),
            11 => new Reported(at, new Displaced(attempt, "it drains")),
            12 => new Outlived(at, attempt, A.Cell1),
            13 => new MakeWay(at, attempt, "cell-1 is drained"),
            14 => new Ordered(at, A.Order(instance.Revision + 1, part: Part.IsRelieved, after: instance.Attempt)),
            15 => new Ordered(at, A.Order(instance.Revision + 1, part: Part.Relieves, after: attempt)),
            _ => new Woke(at),
        };
    }

    private static void Require(ImmutableArray<string> broken) => Require(broken.IsEmpty, string.Join("; ", broken));

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new InvalidOperationException(rule);
        }
    }

    private static string Print(Step[] life)
    {
        List<string> lines = ["instance", ""];
        Run(life, (_, @event, _) => lines.Add(InstanceTeller.Format(@event)));
        return "\n" + string.Join('\n', lines) + "\n";
    }
}
