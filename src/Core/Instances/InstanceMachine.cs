using System.Diagnostics;
using Granary.Core.Attempts;
using static Granary.Core.Attempts.AttemptEffect;
using static Granary.Core.Attempts.AttemptReport;
using static Granary.Core.Attempts.AttemptTelling;
using static Granary.Core.Instances.InstanceEvent;
using static Granary.Core.Instances.InstancePhase;
using Decision = Granary.Core.Decision<Granary.Core.Instances.InstanceState, Granary.Core.Attempts.AttemptEffect>;

namespace Granary.Core.Instances;

/// <summary>
/// Decides what an instance does next. Pure: same inputs, same decision.
/// <code>
///               wanted                 placed                 ended by itself
///   STOPPED -------------> PENDING ---------------> RUNNING -----------------> SUCCEEDED, FAILED
///    ^   ^                 | ^  ^                    |   |                       |        |
///    |   |   not wanted    | |  |  lost, given back, |   | not wanted,           |        | its time came,
///    |   +-----------------+ |  |  crashed once      |   | restart               |        | restart
///    |   |                   |  +--------------------+   v                       |        v
///    |   |                   |                       CANCELING                   |     PENDING
///    |   |                   | another run follows     |   |                     |
///    |   |                   +-------------------------+   | none follows        | not wanted
///    |   +-------------------------------------------------+                     |
///    +---------------------------------------------------------------------------+
/// </code>
/// Whatever ends a run, another follows for as long as the app wants the instance up. The loss of the infrastructure under it moves it at once and is no crash.
/// One that has to leave its cell asks its app for a relief in the other lane, and runs on until that is up. Should it end before, the relief follows it, and no run of its own.
/// </summary>
public static class InstanceMachine
{
    /// <summary>How long after it was told the app is told again, if no order has come: longer than an order takes.</summary>
    public static readonly TimeSpan TellAgain = TimeSpan.FromSeconds(10);

    public static Decision Decide(InstanceState instance, InstanceEvent @event) => (instance.Phase, @event) switch
    {
        (_, Ordered { Order: var order }) when order.Revision <= instance.Revision => Decision.Stay(instance), // Repeated, or overtaken on its way.
        (Absent, Ordered { Order: var order }) => Order(new InstanceState { Id = order.Instance, App = order.Process.App, Type = order.Process.Type, Index = order.Index, Lane = order.Lane, Phase = Stopped, CreatedAt = @event.At, UpdatedAt = @event.At, Since = @event.At }, order, @event.At),
        (Absent, _) => Decision.Refuse(instance, new Refusal(RefusalReason.InstanceNotFound, "Instance not found")),
        (_, Ordered { Order: var order }) => Order(instance, order, @event.At),

        (_, Outlived outlived) => Doubt(instance, outlived.At, outlived.Attempt, outlived.Cell),

        // An attempt we have given up on cannot speak for the instance any more, and a cell chosen for another number is no choice.
        (_, Reported { Report: var report }) when report.Attempt != instance.Attempt => Decision.Stay(instance),
        (_, Placed placed) when placed.Attempt != instance.Attempt + 1 => Decision.Stay(instance),
        (_, MakeWay makeWay) when makeWay.Attempt != instance.Attempt || instance.Part != Part.None => Decision.Stay(instance),

        (Pending, Placed placed) => Run(instance, placed),
        (Pending, Woke) => Queue(instance),

        (Running, Reported { Report: Started }) => Up(instance, @event.At),
        (Running, Reported { Report: Exited { Exit: var exit } }) when instance.Part == Part.IsRelieved => GiveOver(Ended(instance, exit), @event.At, $"attempt {instance.Attempt} {Words(exit)}"),
        (Running, Reported { Report: var report }) when instance.Part == Part.IsRelieved => GiveOver(Given(instance, report), @event.At, Words(report)),
        (Running, Reported { Report: Exited { Exit: var exit } }) => Crash(Ended(instance, exit), exit.Code == 0, exit.FinishedAt - exit.StartedAt, Words(exit), @event.At),
        (Running, Reported { Report: Declined { Permanent: true } declined }) => Crash(instance, false, TimeSpan.Zero, $"could not be started: {declined.Reason}", @event.At),
        (Running, Reported { Report: Lost lost }) => Lose(instance, lost, @event.At),
        (Running, Reported { Report: Declined declined }) => GiveBack(instance, @event.At, $"{instance.Cell} did not admit attempt {instance.Attempt}: {declined.Reason}"),
        (Running, Reported { Report: Displaced displaced }) => GiveBack(instance, @event.At, $"attempt {instance.Attempt} was moved off {instance.Cell}: {displaced.Reason}"),
        (Running, MakeWay makeWay) => Tell(instance with { Part = Part.IsRelieved }, @event.At, $"{makeWay.Why}: it is started elsewhere before it is stopped on {instance.Cell}"),
        (Running, RestartRequested) => Stop(instance, @event.At, "restart requested"),
        (Running or Stopped, Woke) when instance.WakeAt <= @event.At => Tell(instance, @event.At),
        (Running, Woke) => Decision.Stay(instance, new FindAttempt(instance.Cell!.Value, instance.Key)), // Ask; never start the same attempt twice.

        (Canceling, Reported { Report: Started }) => Decision.Stay(instance),
        (Canceling, Reported { Report: Exited { Exit: var exit } }) => AfterStop(Ended(instance, exit), @event.At, $"the process ended with status {exit.Code}"),
        (Canceling, Reported { Report: var report }) => AfterStop(Given(instance, report), @event.At, Words(report)),
        (Canceling, RestartRequested or Woke) => StopAgain(instance, @event.At),

        (Succeeded or Failed, Woke) when instance.WakeAt <= @event.At => Requeue(instance, @event.At, TimeSpan.Zero, $"its time has come after crash {instance.Crashes}"),
        (Pending or Succeeded or Failed, RestartRequested) => Requeue(Afresh(instance), @event.At, TimeSpan.Zero, "restart requested"),
        (Stopped, RestartRequested) => Decision.Refuse(instance, new Refusal(RefusalReason.InstanceNotFound, "Instance not found")),

        // Duplicates and late news. Listed, so that nothing is ignored by accident.
        (Stopped or Pending or Succeeded or Failed, Reported) or (Stopped or Running or Canceling or Succeeded or Failed, Placed) or (Stopped or Succeeded or Failed, Woke) or (Stopped or Pending or Canceling or Succeeded or Failed, MakeWay) => Decision.Stay(instance),

        _ => throw new UnreachableException($"No rule for {@event} while {instance.Phase}."),
    };

    /// <summary>The state's name on the API.</summary>
    public static string Upper(InstancePhase phase) => phase.ToString().ToUpperInvariant();

    /// <summary>What a new order of the app makes of the instance. Its revision is kept with every answer, so that an older order that is late finds itself overtaken.</summary>
    private static Decision Order(InstanceState before, InstanceOrder order, DateTimeOffset at)
    {
        // Who asked for a relief and was not heard yet goes on asking; a turn that came later is told by the number that its attempts begin above.
        var isNewTurn = order.After > before.Attempt;
        var part = order.Part == Part.None && before.Part == Part.IsRelieved && !isNewTurn ? Part.IsRelieved : order.Part;
        var instance = before with { Revision = order.Revision, After = order.After };
        return (instance.Phase, order.Spec) switch
        {
            (Stopped, null) => Decision.Move(instance with { Part = Part.None, WakeAt = null }),
            (Running, null) => Stop(instance with { IsWanted = false, Part = Part.None }, at, "not wanted any more"),
            (Canceling, null) => Decision.Move(instance with { IsWanted = false, Next = null, Part = Part.None }),
            (_, null) => Rest(instance, at, "not wanted any more"),

            (Stopped, { }) when part == Part.IsRelieved => Tell(instance with { Part = part }, at),
            (Stopped, { } spec) => Requeue(Afresh(instance) with { IsWanted = true, WantedAt = at, Spec = spec, Part = part }, at, TimeSpan.Zero, $"wanted{(part == Part.Relieves ? $" in place of attempt {order.After}, which makes way" : "")}: version {spec.Version} of its app"),
            (Canceling, { } spec) => Decision.Move(instance with { IsWanted = true, Next = spec, Part = part, WantedAt = instance.IsWanted ? instance.WantedAt : at }),
            (Running, { } spec) when spec.Version != instance.Spec!.Version => Stop(instance with { Next = spec, Part = part }, at, $"version {spec.Version} of its app is wanted"),
            (Running, { }) when isNewTurn => Stop(instance with { Part = part }, at, $"its next attempt is numbered above {order.After}"),
            (Running, { }) => Tell(instance with { Part = part }, at),
            (_, { }) when part == Part.IsRelieved => GiveOver(instance, at, "its cell is drained"),
            (_, { } spec) when spec.Version == instance.Spec!.Version => Decision.Move(instance with { Part = part }),
            (_, { } spec) => Requeue(Afresh(instance) with { Spec = spec, Part = part }, at, TimeSpan.Zero, $"version {spec.Version} of its app is wanted"),
        };
    }

    /// <summary>Its app is told, now and again until its next order, what there is to tell; else nothing is to be waited for.</summary>
    private static Decision Tell(InstanceState instance, DateTimeOffset at) => instance.News is { } news
        ? Decision.Move(instance with { WakeAt = at + TellAgain }, new TellApp(instance.App, news))
        : Decision.Move(instance with { WakeAt = null });

    private static Decision Tell(InstanceState instance, DateTimeOffset at, string text) => Tell(instance.Told(at, Upper(instance.Phase), text, instance.Cell?.Name), at);

    private static Decision Run(InstanceState instance, Placed placed)
    {
        var next = instance with { Phase = Running, Attempt = placed.Attempt, Cell = placed.Cell, ExitCode = null, NotBefore = null, WakeAt = null, GivenBackBy = null, UpSince = null, Since = placed.At };
        var waited = placed.Waited is null ? "" : $" after waiting: {placed.Waited}";
        return Change(next, placed.At, $"attempt {placed.Attempt} was placed on {placed.Cell}{waited}", new StartAttempt(placed.Cell, next.Key));
    }

    private static Decision Up(InstanceState instance, DateTimeOffset at) =>
        instance.UpSince is null ? Tell(instance with { UpSince = at }, at, $"attempt {instance.Attempt} is up on {instance.Cell}") : Decision.Stay(instance);

    /// <summary>Any end by itself, since an instance is meant to stay up.</summary>
    private static Decision Crash(InstanceState instance, bool isSuccess, TimeSpan lasted, string words, DateTimeOffset at)
    {
        var policy = instance.Spec!.Crashes;
        var crashes = lasted >= policy.ForgottenAfter ? 1 : instance.Crashes + 1;
        var delay = policy.DelayAfter(crashes, instance.Id.Value);
        var crashed = instance with { Counters = new AttemptCounters(Failures: crashes), LastEnd = Bounded(words) };
        var text = $"attempt {instance.Attempt} {words}: crash {crashes}";
        return delay == TimeSpan.Zero
            ? Requeue(crashed, at, TimeSpan.Zero, $"{text}; it runs again at once")
            : Change(
                crashed with { Phase = isSuccess ? Succeeded : Failed, Cell = null, UpSince = null, WakeAt = at + delay, Since = at },
                at,
                $"{text}; it runs again in {delay.TotalSeconds:0} s",
                instance.Cell?.Name);
    }

    /// <summary>The first loss costs no wait; losses one after the other are spread a little, so that a broken cell is not fed without end.</summary>
    private static Decision Lose(InstanceState instance, Lost lost, DateTimeOffset at)
    {
        var losses = at - instance.Since >= instance.Spec!.Crashes.ForgottenAfter ? 1 : instance.Counters.Losses + 1;
        var delay = losses == 1 ? TimeSpan.Zero : AttemptPolicy.Default.MoveDelay.Delay(losses - 1, instance.Id.Value);
        return Requeue(Given(instance, lost) with { Counters = instance.Counters with { Losses = losses } }, at, delay, $"attempt {instance.Attempt} was lost on {instance.Cell}: {lost.Evidence}");
    }

    private static Decision GiveBack(InstanceState instance, DateTimeOffset at, string text)
    {
        var moves = instance.Counters.Moves + 1;
        var delay = AttemptPolicy.Default.MoveDelay.Delay(moves, instance.Id.Value);
        return Requeue(instance with { Counters = instance.Counters with { Moves = moves }, GivenBackBy = instance.Cell }, at, delay, text);
    }

    private static Decision Stop(InstanceState instance, DateTimeOffset at, string text)
    {
        var next = instance with { Phase = Canceling, WakeAt = at + AttemptPolicy.StopCheck, Since = at };
        return Change(next, at, $"{text}; {instance.Cell} was told to stop attempt {instance.Attempt}", new StopAttempt(instance.Cell!.Value, instance.Key));
    }

    private static Decision AfterStop(InstanceState instance, DateTimeOffset at, string words) =>
        !instance.IsWanted ? Rest(instance, at, $"stopped; {words}")
        : instance.Part == Part.IsRelieved ? GiveOver(instance, at, $"stopped; {words}")
        : Requeue(Afresh(instance), at, TimeSpan.Zero, $"stopped; {words}");

    private static Decision Rest(InstanceState instance, DateTimeOffset at, string text) => Change(
        Rested(instance, at) with { Part = Part.None },
        at,
        text,
        instance.Cell?.Name);

    /// <summary>What it ran before its relief was up has ended: the relief alone goes on.</summary>
    private static Decision GiveOver(InstanceState instance, DateTimeOffset at, string text)
    {
        var next = Rested(instance, at) with { Part = Part.IsRelieved };
        return Tell(next.Told(at, Upper(next.Phase), $"{text}; its relief takes over", instance.Cell?.Name), at);
    }

    private static InstanceState Rested(InstanceState instance, DateTimeOffset at) =>
        Afresh(instance) with { Phase = Stopped, IsWanted = false, Cell = null, Next = null, NotBefore = null, WakeAt = null, UpSince = null, GivenBackBy = null, Since = at };

    private static Decision Requeue(InstanceState instance, DateTimeOffset at, TimeSpan delay, string text)
    {
        DateTimeOffset? notBefore = delay > TimeSpan.Zero ? at + delay : null;
        var next = instance with
        {
            Phase = Pending,
            Attempt = Math.Max(instance.Attempt, instance.After),
            Cell = null,
            Spec = instance.Next ?? instance.Spec,
            Next = null,
            NotBefore = notBefore,
            WakeAt = notBefore,
            UpSince = null,
            Since = at,
        };
        return Change(next, at, text, new FindCell(next.Attempt + 1, notBefore));
    }

    /// <summary>The queue is the rows that are PENDING; this only tells placement about one of them again.</summary>
    private static Decision Queue(InstanceState instance)
    {
        var find = new FindCell(instance.Attempt + 1, instance.NotBefore);
        return instance.WakeAt is null ? Decision.Stay(instance, find) : Decision.Move(instance with { WakeAt = null }, find);
    }

    /// <summary>Without a past: what a user changed or asked for is not held against it.</summary>
    private static InstanceState Afresh(InstanceState instance) => instance with { Counters = new AttemptCounters(), LastEnd = null };

    private static InstanceState Given(InstanceState instance, AttemptReport end) => end is Lost ? instance with { LostAttempt = instance.Attempt } : instance;

    private static InstanceState Ended(InstanceState instance, AttemptExit exit) => instance with { ExitCode = exit.Code };

    private static Decision Change(InstanceState instance, DateTimeOffset at, string text, params AttemptEffect[] effects) =>
        Change(instance, at, text, instance.Cell?.Name, effects);

    private static Decision Change(InstanceState instance, DateTimeOffset at, string text, string? cell, params AttemptEffect[] effects) =>
        Decision.Move(instance.Told(at, Upper(instance.Phase), text, cell), [.. effects]);
}
