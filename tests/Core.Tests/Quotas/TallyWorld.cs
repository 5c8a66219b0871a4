using Granary.Core.Quotas;
using Granary.Core.Tests.Stories;
using Granary.Testing;

namespace Granary.Core.Tests.Quotas;

/// <summary>A tally, the rows of tasks beside it, and what is on its way to them.</summary>
internal sealed class TallyWorld(Standing standing)
{
    /// <summary>Nobody writes later than this after his claim: calls are given up.</summary>
    private static readonly TimeSpan WrittenWithin = TimeSpan.FromSeconds(60);

    private readonly Dictionary<int, DateTimeOffset> promised = [];
    private readonly Dictionary<int, bool> rows = [];
    private DateTimeOffset now = A.Start;
    private TallyState tally = new();

    public int Running => rows.Values.Count(each => each);

    public void Pass(int seconds)
    {
        now += TimeSpan.FromSeconds(seconds);
        foreach (var late in promised.Where(each => now - each.Value > WrittenWithin).Select(each => each.Key).ToArray())
        {
            promised.Remove(late);
        }
    }

    public void Do(int what, int which)
    {
        switch (what)
        {
            case 0 or 1 when !rows.ContainsKey(which):
                Ask(which);
                break;
            case 2 when promised.Remove(which):
                rows[which] = true;
                break;
            case 3 when rows.ContainsKey(which):
                rows[which] = false;
                break;
            case 4:
                promised.Remove(which); // Its silo died.
                break;
            default:
                break;
        }
    }

    public bool Ask(int which)
    {
        var claimed = new TallyEvent.Claimed(now, TallyTeller.Task(now, which, 64, -1), standing);
        var decision = Decide(claimed);
        if (!decision.Effects.IsEmpty)
        {
            decision = Decide(claimed with { Found = [.. rows.Select(each => new Holding(TallyTeller.Holder(ClaimKind.Task, each.Key), each.Value ? TallyTeller.Task(now, each.Key, 64, -1) : null, now))] });
        }

        if (decision.Refusal is null)
        {
            promised[which] = now;
        }

        return decision.Refusal is null;
    }

    public void EndAll()
    {
        promised.Clear();
        foreach (var row in rows.Keys.ToArray())
        {
            rows[row] = false;
        }
    }

    private Decision<TallyState, TallyEffect> Decide(TallyEvent @event)
    {
        var decision = TallyMachine.Decide(tally, @event);
        Assert.Empty(TallyInvariants.Check(tally, @event, decision));
        tally = decision.Next;
        return decision;
    }
}
