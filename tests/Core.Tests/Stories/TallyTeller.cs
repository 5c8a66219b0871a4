using System.Globalization;
using Granary.Core.Quotas;
using Granary.Testing;

namespace Granary.Core.Tests.Stories;

/// <summary>Tells the tally of an organization with the rows beside it, so that a count finds what a story says is written; its invariants are checked after each line.</summary>
internal sealed class TallyTeller(QuotaLimits ofOrganization, QuotaLimits ofSpace) : ITeller
{
    private static readonly Guid Organization = new(1, 0, 0, new byte[8]);

    private readonly Dictionary<Guid, Holding> rows = [];
    private Standing standing = new(Organization, "paper", A.ExistingApp().Space, "mill", ofOrganization, ofSpace, ofOrganization != QuotaLimits.None || ofSpace != QuotaLimits.None, 1);
    private TallyState tally = new();

    /// <summary>"memory=128 space-tasks=1": limits of the organization, and of its space.</summary>
    public static TallyTeller Of(string[] settings) => new(Limits(settings.Where(each => !each.StartsWith("space-", StringComparison.Ordinal))), Limits(settings.Where(each => each.StartsWith("space-", StringComparison.Ordinal)).Select(each => each["space-".Length..])));

    public IEnumerable<string>? Tell(DateTimeOffset? at, string words) => at is null ? null : words.Split(' ') switch
    {
        ["task", var number, "asks", var mb, "MB"] => Ask(Task(at.Value, Number(number), Number(mb), -1)),
        ["task", var number, "asks", var mb, "MB", "and", var rate, "B/s"] => Ask(Task(at.Value, Number(number), Number(mb), Number(rate))),
        ["app", var number, "asks", var count, "of", var mb, "MB"] => Ask(App(at.Value, Number(number), Number(count), Number(mb))),
        ["task", var number, "is", "written"] => Write(Holder(ClaimKind.Task, Number(number)), at.Value, tally.Claims.GetValueOrDefault(Holder(ClaimKind.Task, Number(number)))),
        ["task", var number, "of", var mb, "MB", "is", "written"] => Write(Holder(ClaimKind.Task, Number(number)), at.Value, Task(at.Value, Number(number), Number(mb), -1)),
        ["task", var number, "ends"] => Write(Holder(ClaimKind.Task, Number(number)), at.Value, null),
        ["app", var number, "is", "written"] => Write(Holder(ClaimKind.App, Number(number)), tally.Claims[Holder(ClaimKind.App, Number(number))].At, tally.Claims[Holder(ClaimKind.App, Number(number))]),
        ["app", var number, "is", "stopped"] => Write(Holder(ClaimKind.App, Number(number)), at.Value, null),
        ["limits", .. var limits] => Change(Limits(limits)),
        _ => null,
    };

    public static Guid Holder(ClaimKind kind, int number) => new(number, (short)kind, 0, new byte[8]);

    public static Claim Task(DateTimeOffset at, int number, int memoryMb, long rate) =>
        new(Holder(ClaimKind.Task, number), ClaimKind.Task, A.ExistingApp().Space, at, memoryMb, memoryMb, 0, Math.Max(rate, 0), rate < 0);

    private static Claim App(DateTimeOffset at, int number, int count, int memoryMb) =>
        new(Holder(ClaimKind.App, number), ClaimKind.App, A.ExistingApp().Space, at, (long)count * memoryMb, memoryMb, count, 0, false);

    private List<string> Ask(Claim claim)
    {
        var lines = new List<string>();
        var asked = new TallyEvent.Claimed(claim.At, claim, standing);
        var decision = Decide(asked);
        if (decision.Effects is [TallyEffect.Count])
        {
            lines.Add("do: count");
            decision = Decide(asked with { Found = [.. rows.Values] });
        }

        lines.Add(decision.Refusal is { } refusal ? $"refused, {refusal}" : decision.Changes ? $"given; {State()}" : "nothing changes");
        return lines;
    }

    private Decision<TallyState, TallyEffect> Decide(TallyEvent @event)
    {
        var decision = TallyMachine.Decide(tally, @event);
        Assert.Empty(TallyInvariants.Check(tally, @event, decision));
        tally = decision.Next;
        return decision;
    }

    private string[] Write(Guid holder, DateTimeOffset at, Claim? claim)
    {
        rows[holder] = new Holding(holder, claim, at);
        return [];
    }

    private string[] Change(QuotaLimits limits)
    {
        standing = standing with { OfOrganization = limits, IsCounted = limits != QuotaLimits.None || standing.OfSpace != QuotaLimits.None, Version = standing.Version + 1 };
        return [];
    }

    private string State() => tally.CountedAt is { } countedAt
        ? $"{tally.Claims.Count} claims of {tally.Claims.Values.Sum(each => each.MemoryMb)} MB, counted at {StoryFile.Time(countedAt)}"
        : "nothing is counted";

    private static QuotaLimits Limits(IEnumerable<string> settings) => settings.Select(each => each.Split('=')).Aggregate(QuotaLimits.None, (limits, each) => each switch
    {
        ["memory", var mb] => limits with { TotalMemoryMb = Number(mb) },
        ["process", var mb] => limits with { ProcessMemoryMb = Number(mb) },
        ["instances", var count] => limits with { Instances = Number(count) },
        ["tasks", var count] => limits with { Tasks = Number(count) },
        ["log", var rate] => limits with { LogBytesPerSecond = Number(rate) },
        ["none"] => QuotaLimits.None,
        _ => throw new FormatException($"a quota limits memory, process, instances, tasks or log: {string.Join('=', each)}"),
    });

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
