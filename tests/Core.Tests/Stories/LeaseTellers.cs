using System.Collections.Immutable;
using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Testing;

namespace Granary.Core.Tests.Stories;

/// <summary>What the stories of leases share: their clock begins with the story, and a cell is "cell-1".</summary>
internal static class LeaseWords
{
    public static TimeSpan Clock(DateTimeOffset at) => at - A.Start;

    public static string Write(LeaseEvent @event) => @event switch
    {
        LeaseEvent.Taken taken => $"take the lease from epoch {taken.EpochSeen}",
        LeaseEvent.Renewed renewed => $"renew as epoch {renewed.Epoch}, knowing roster {renewed.RosterVersion}",
        LeaseEvent.ServingTaken taken => $"take the serving from epoch {taken.ServingEpochSeen}",
        LeaseEvent.ServingSaid said => $"say that it serves as epoch {said.ServingEpoch}",
        LeaseEvent.StopConfirmed confirmed => $"confirm the stop of epoch {confirmed.Epoch}",
        _ => throw new FormatException($"there are no words for {@event}"),
    };

    public static string Lease(LeaseState lease)
    {
        List<string> parts = [lease.Standing.ToString().ToUpperInvariant(), $"epoch {lease.Epoch}", $"number {lease.Number}", $"roster {lease.RosterVersion}"];
        parts.AddRange(lease.Server is null ? [] : [$"served by {lease.Server} as epoch {lease.ServingEpoch}"]);
        parts.AddRange(lease.IsUnconfirmed ? ["unconfirmed"] : []);
        return string.Join(", ", parts);
    }

    public static Roster Roster(long version, IEnumerable<string> members) => new(version, members.ToImmutableSortedDictionary(each => each, _ => version, StringComparer.Ordinal));

    public static ImmutableArray<AttemptKey> Attempts(string words) => [.. Enumerable.Range(1, Number(words.Split(' ')[0])).Select(each => new AttemptKey(A.TaskId(each).Value, 1))];

    public static int Number(string text) => text == "no" ? 0 : int.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Tells the row of the lease of cell-1, with everybody's writes.</summary>
internal sealed class LeaseTeller : ITeller
{
    private LeaseState lease = new() { Cell = A.Cell1 };
    private Roster roster = Roster.Empty.Join(new CellId("cell-2"));

    public IEnumerable<string>? Tell(DateTimeOffset? at, string words)
    {
        if (words == "joined by cell-3")
        {
            roster = roster.Join(new CellId("cell-3"));
            return [$"roster {roster.Version}"];
        }

        if (at is null || Parse(words.Split(' ')) is not { } @event)
        {
            return null;
        }

        var before = lease;
        var decision = LeaseMachine.Decide(before, roster, @event);
        Assert.Empty(LeaseInvariants.Check(before, decision));
        lease = decision.Next;
        foreach (var effect in decision.Effects)
        {
            roster = effect switch
            {
                LeaseEffect.JoinRoster join => roster.Join(join.Member),
                LeaseEffect.LeaveRoster leave => roster.Leave(leave.Member),
                _ => roster,
            };
        }

        return [decision.Changes ? LeaseWords.Lease(lease) : "nothing changes", .. decision.Effects.Select(Words)];
    }

    public static string Words(LeaseEffect effect) => effect switch
    {
        LeaseEffect.JoinRoster join => $"do: {join.Member} joins the roster",
        LeaseEffect.LeaveRoster leave => $"do: {leave.Member} leaves the roster",
        LeaseEffect.MoveAttempts move => $"do: move the attempts of {move.Cell}: {move.Evidence}",
        _ => throw new FormatException($"there are no words for {effect}"),
    };

    private LeaseEvent? Parse(string[] words) => words switch
    {
        ["taken", "by", var holder] => new LeaseEvent.Taken(holder, lease.Epoch),
        ["taken", "by", var holder, "from", var epoch] => new LeaseEvent.Taken(holder, LeaseWords.Number(epoch)),
        ["renewed", "as", var epoch, "knowing", var version] => new LeaseEvent.Renewed(LeaseWords.Number(epoch), LeaseWords.Number(version)),
        ["served", "by", var silo] => new LeaseEvent.ServingTaken(silo, lease.ServingEpoch),
        ["serving", "said", "as", var epoch] => new LeaseEvent.ServingSaid(LeaseWords.Number(epoch)),
        [var judge, "judged", "the", "lapse", "of", var number] => new LeaseEvent.LapseJudged(new CellId(judge), LeaseWords.Number(number), false),
        [var judge, "judged", "the", "lapse", "of", var number, "as", "a", "stranger"] => new LeaseEvent.LapseJudged(new CellId(judge), LeaseWords.Number(number), true),
        [var judge, "judged", "it", "unserved", "since", var served] => new LeaseEvent.UnservedJudged(new CellId(judge), lease.ServingEpoch, LeaseWords.Number(served)),
        ["stop", "confirmed", "as", var epoch] => new LeaseEvent.StopConfirmed(LeaseWords.Number(epoch)),
        _ => null,
    };
}

/// <summary>Tells the warden of cell-1. Its writes are answered by lines: "renewed 1.0s" is the answer to what was sent at 1.0 s.</summary>
internal sealed class WardenTeller(LeasePolicy policy) : ITeller
{
    private WardenState warden = WardenMachine.Start(A.Cell1, "warden-1", TimeSpan.Zero, null, ["silo-1"]);
    private LeaseState lease = new() { Cell = A.Cell1 };
    private Roster roster = LeaseWords.Roster(1, ["cell-1"]);

    public IEnumerable<string>? Tell(DateTimeOffset? at, string words)
    {
        if (words.StartsWith("roster ", StringComparison.Ordinal))
        {
            roster = LeaseWords.Roster(roster.Version + 1, words.Split(' ')[1..]);
            return [];
        }

        if (at is null || Parse(LeaseWords.Clock(at.Value), words.Split(' ')) is not { } @event)
        {
            return null;
        }

        var before = warden;
        var decision = WardenMachine.Decide(before, @event, policy);
        Assert.Empty(LeaseInvariants.Check(before, @event, decision, policy));
        warden = decision.Next;
        return [State(before), .. decision.Effects.Select(Words)];
    }

    public static string Words(WardenEffect effect) => effect switch
    {
        WardenEffect.Write write => $"do: {LeaseWords.Write(write.Event)}",
        WardenEffect.Ask ask => $"do: ask {ask.Member}",
        WardenEffect.Freeze => "do: freeze",
        WardenEffect.NoteKills note => $"do: note {note.Attempts.Length} kills{(note.IsOutlived ? ", outlived" : "")}",
        WardenEffect.KillAll => "do: kill all",
        WardenEffect.Thaw => "do: thaw",
        WardenEffect.KillSilo kill => $"do: kill {kill.Silo}",
        WardenEffect.StartSilo start => $"do: start {start.Silo}",
        WardenEffect.StandDown => "do: stand down",
        _ => throw new FormatException($"there are no words for {effect}"),
    };

    private string State(WardenState before) =>
        before with { TickedAt = warden.TickedAt } == warden ? "nothing changes" : $"{warden.Phase.ToString().ToUpperInvariant()}, renewed at {Seconds(warden.SentAt)}{(warden.HoldingSince is { } since ? $", holding since {Seconds(since)}" : "")}";

    private static string Seconds(TimeSpan time) => StoryFile.Time(A.Start + time);

    private WardenEvent? Parse(TimeSpan at, string[] words) => words switch
    {
        ["moment"] => new WardenEvent.Ticked(at),
        ["taken", var sent] => Wrote(at, sent, new LeaseEvent.Taken("warden-1", lease.Epoch), lease with { Standing = LeaseStanding.Held, Epoch = lease.Epoch + 1, Number = lease.Number + 1, Holder = "warden-1" }, true),
        ["renewed", var sent] => Wrote(at, sent, new LeaseEvent.Renewed(lease.Epoch, roster.Version), lease with { Number = lease.Number + 1 }, true),
        ["confirmed", var sent] => Wrote(at, sent, new LeaseEvent.StopConfirmed(lease.Epoch), lease with { Standing = LeaseStanding.Confirmed }, true),
        ["not", "done", var sent, "the", "lease", "is", var standing] => Wrote(at, sent, new LeaseEvent.Renewed(lease.Epoch, roster.Version), lease with { Standing = Enum.Parse<LeaseStanding>(standing) }, false),
        ["not", "done", var sent, "taken", "by", "another"] => Wrote(at, sent, new LeaseEvent.Renewed(lease.Epoch, roster.Version), lease with { Epoch = lease.Epoch + 1, Holder = "another" }, false),
        [var member, "says", "that", "it", "cannot", "reach", "it", "either"] => new WardenEvent.Answered(at, at, new CellId(member), false),
        [var member, "says", "that", "it", "reaches", "it"] => new WardenEvent.Answered(at, at, new CellId(member), true),
        ["frozen", "with", var count, "attempts"] => new WardenEvent.Frozen(at, LeaseWords.Attempts(count)),
        ["kills", "noted"] => new WardenEvent.KillsNoted(at),
        ["swept,", var left, "left,", var starts, "in", "flight"] => new WardenEvent.Swept(at, LeaseWords.Attempts(left), LeaseWords.Number(starts)),
        ["the", "group", "is", "found", "frozen"] => new WardenEvent.FoundFrozen(at),
        ["the", "one", "before", "renewed", var sent] => new WardenEvent.RenewalSeen(at, TimeSpan.FromSeconds(double.Parse(sent.TrimEnd('s'), CultureInfo.InvariantCulture))),
        [var silo, "spoke"] => new WardenEvent.SiloSpoke(at, silo),
        [var silo, "ended"] => new WardenEvent.SiloEnded(at, silo),
        [var silo, "left"] => new WardenEvent.SiloLeft(at, silo),
        ["told", "to", "end"] => new WardenEvent.EndRequested(at),
        _ => null,
    };

    private WardenEvent.Wrote Wrote(TimeSpan at, string sent, LeaseEvent write, LeaseState after, bool isDone)
    {
        lease = after;
        return new WardenEvent.Wrote(at, TimeSpan.FromSeconds(double.Parse(sent.TrimEnd('s', ','), CultureInfo.InvariantCulture)), write, isDone, lease, roster);
    }
}

/// <summary>Tells a judge, the member cell-2 of a roster that cell-1 knew, who reads the lease of cell-1.</summary>
internal sealed class JudgeTeller(LeasePolicy policy) : ITeller
{
    private JudgeState judge = new(new CellId("cell-2"));
    private Roster roster = LeaseWords.Roster(1, ["cell-1", "cell-2"]);
    private LeaseState lease = new() { Cell = A.Cell1, Standing = LeaseStanding.Held, Epoch = 1, RosterVersion = 1, ServingEpoch = 1 };

    public IEnumerable<string>? Tell(DateTimeOffset? at, string words)
    {
        if (words == "cell-1 does not know that it joined")
        {
            lease = lease with { RosterVersion = 0 };
            return [];
        }

        if (words == "its own lease lapsed")
        {
            roster = roster.Leave(judge.Self);
            return [];
        }

        if (at is null || Parse(LeaseWords.Clock(at.Value), words.Split(' ')) is not { } @event)
        {
            return null;
        }

        var before = judge;
        var decision = JudgeMachine.Decide(before, @event, policy);
        Assert.Empty(LeaseInvariants.Check(before, @event, decision, policy));
        judge = decision.Next;
        return [$"reads since {StoryFile.Time(A.Start + judge.RegainedAt)}{(judge.SaidWithout ? ", said that it is without the database" : "")}", .. decision.Effects.Select(Words)];
    }

    private static string Words(JudgeEffect effect) => effect switch
    {
        JudgeEffect.Answer answer => $"do: answer {answer.Asker}: {(answer.ReachesDatabase ? "I reach it" : "I cannot reach it either")}",
        JudgeEffect.JudgeLapsed lapsed => $"do: judge that {lapsed.Cell} lapsed with number {lapsed.Number}{(lapsed.IsUnconfirmed ? ", unconfirmed" : "")}",
        JudgeEffect.JudgeUnserved unserved => $"do: judge that nobody serves {unserved.Cell} since {unserved.Served}",
        _ => throw new FormatException($"there are no words for {effect}"),
    };

    private JudgeEvent? Parse(TimeSpan at, string[] words)
    {
        lease = words is ["read", "number", var number, ..] ? lease with { Number = LeaseWords.Number(number.TrimEnd(',')) } : lease;
        lease = words is [.., "served", var served] ? lease with { Served = LeaseWords.Number(served) } : lease;
        return words[0] switch
        {
            "read" => new JudgeEvent.Read(at, [lease], roster),
            "asked" => new JudgeEvent.Asked(at, A.Cell1),
            _ => null,
        };
    }
}

/// <summary>Tells the candidate silo-1 of cell-1.</summary>
internal sealed class ServingTeller(LeasePolicy policy) : ITeller
{
    private ServingState serving = ServingMachine.Start(A.Cell1, "silo-1", TimeSpan.Zero);
    private long? gate;

    public IEnumerable<string>? Tell(DateTimeOffset? at, string words)
    {
        if (at is null)
        {
            return null;
        }

        var clock = LeaseWords.Clock(at.Value);
        if (words.StartsWith("may it start what began under ", StringComparison.Ordinal))
        {
            return [ServingMachine.MayStart(serving, gate, LeaseWords.Number(words.Split(' ')[^1]), clock, policy) ? "yes" : "no"];
        }

        if (words.StartsWith("the gate is ", StringComparison.Ordinal))
        {
            gate = words.EndsWith("closed", StringComparison.Ordinal) ? 0 : LeaseWords.Number(words.Split(' ')[^1]);
            return [];
        }

        if (Parse(clock, words.Split(' ')) is not { } @event)
        {
            return null;
        }

        var before = serving;
        var decision = ServingMachine.Decide(before, @event, policy);
        Assert.Empty(LeaseInvariants.Check(before, decision));
        serving = decision.Next;
        return [$"{serving.Phase.ToString().ToUpperInvariant()}{(serving.StandsIn ? ", stands in for the warden" : "")}", .. decision.Effects.Select(Words)];
    }

    public static string Words(ServingEffect effect) => effect switch
    {
        ServingEffect.TryLock => "do: try the lock",
        ServingEffect.Write write => $"do: {LeaseWords.Write(write.Event)}",
        ServingEffect.Compare compare => $"do: compare under epoch {compare.LeaseEpoch}",
        ServingEffect.StandIn stand => $"do: stand in, last renewed at {(stand.SentAt is { } sentAt ? StoryFile.Time(A.Start + sentAt) : "no known time")}",
        ServingEffect.KillWarden => "do: kill the warden",
        ServingEffect.StartWarden => "do: start a warden",
        _ => throw new FormatException($"there are no words for {effect}"),
    };

    private ServingEvent? Parse(TimeSpan at, string[] words) => words switch
    {
        ["moment"] => new ServingEvent.Ticked(at),
        ["locked"] => new ServingEvent.Locked(at),
        ["serving", "taken", "as", var epoch] => Wrote(at, LeaseWords.Number(epoch), "silo-1", true),
        ["another", "has", "epoch", var epoch] => Wrote(at, LeaseWords.Number(epoch), "silo-2", false),
        ["compared", "under", var epoch] => new ServingEvent.Compared(at, LeaseWords.Number(epoch)),
        ["warden", "tells", "epoch", var epoch, "renewed", "at", var sent] => Told(at, epoch, sent, true),
        ["warden", "has", "no", "lease"] => new ServingEvent.LeaseTold(at, 0, null, true),
        ["itself", "tells", "epoch", var epoch, "renewed", "at", var sent] => Told(at, epoch, sent, false),
        ["warden", "ended"] => new ServingEvent.WardenEnded(at),
        ["relieved"] => new ServingEvent.Relieved(at),
        ["engine", "answers"] => new ServingEvent.EngineProbed(at, true),
        ["engine", "is", "silent"] => new ServingEvent.EngineProbed(at, false),
        _ => null,
    };

    private static ServingEvent.LeaseTold Told(TimeSpan at, string epoch, string sent, bool byWarden) =>
        new(at, LeaseWords.Number(epoch), TimeSpan.FromSeconds(double.Parse(sent.TrimEnd('s'), CultureInfo.InvariantCulture)), byWarden);

    private static ServingEvent.Wrote Wrote(TimeSpan at, int epoch, string server, bool isDone) =>
        new(at, new LeaseEvent.ServingTaken("silo-1", epoch - 1), isDone, new LeaseState { Cell = A.Cell1, Standing = LeaseStanding.Held, ServingEpoch = epoch, Server = server });
}
