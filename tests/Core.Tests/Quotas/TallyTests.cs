using CsCheck;
using Granary.Core.Apps;
using Granary.Core.Quotas;
using Granary.Core.Tests.Stories;
using Granary.Testing;
using static Granary.Core.Quotas.TallyEvent;

namespace Granary.Core.Tests.Quotas;

public sealed class TallyTests
{
    private const int LimitOfTasks = 2;

    private static readonly Standing Standing = new(Guid.NewGuid(), "paper", A.ExistingApp().Space, "mill", new QuotaLimits(Tasks: LimitOfTasks), QuotaLimits.None, true, 1);

    /// <summary>Tasks ask, are written a while later or never, end, and ask again under other guids; answers are lost; time passes.</summary>
    [Fact]
    public void No_limit_is_passed_and_nobody_is_refused_for_ever_in_100_000_lists_of_events() => Gen.Select(Gen.Int[0, 4], Gen.Int[0, 5], Gen.Int[0, 45]).Array[1, 40].Sample(
        list =>
        {
            var world = new TallyWorld(Standing);
            foreach (var (what, which, seconds) in list)
            {
                world.Pass(seconds);
                world.Do(what, which);
                if (world.Running > LimitOfTasks)
                {
                    throw new InvalidOperationException($"{world.Running} run");
                }
            }

            world.EndAll();
            world.Pass((int)TallyMachine.PromiseMax.TotalSeconds + 1);
            if (!world.Ask(100))
            {
                throw new InvalidOperationException("nothing is there, and yet nobody gets anything");
            }
        },
        iter: 100_000,
        print: list => string.Join(", ", list.Select(each => $"{each.Item3} s, then {each.Item1} of {each.Item2}")));

    [Fact]
    public void What_is_limited_nowhere_is_not_kept()
    {
        var decision = TallyMachine.Decide(new TallyState(), new Claimed(A.Start, TallyTeller.Task(A.Start, 1, 64, -1), Standing with { IsCounted = false }));

        Assert.Equal((false, null), (decision.Changes, decision.Refusal));
    }

    [Fact]
    public void A_build_asks_for_room_and_takes_none()
    {
        var standing = Standing with { OfOrganization = new QuotaLimits(TotalMemoryMb: 100), OfSpace = new QuotaLimits(TotalMemoryMb: 90) };
        var tally = new TallyState { CountedAt = A.Start, Version = 1, LimitedSince = A.Start - TallyMachine.Transition };
        tally = TallyMachine.Decide(tally, new Claimed(A.At(1), TallyTeller.Task(A.At(1), 1, 64, -1), standing)).Next;

        var fits = TallyMachine.Decide(tally, Asked(26, standing));
        var unsure = TallyMachine.Decide(tally, Asked(37, standing));
        var counted = Asked(37, standing) with { Found = [new Holding(TallyTeller.Holder(ClaimKind.Task, 1), TallyTeller.Task(A.At(1), 1, 64, -1), A.At(1))] };
        var refused = TallyMachine.Decide(tally, counted);

        Assert.Equal((false, null), (fits.Changes, fits.Refusal));
        Assert.Equal([new TallyEffect.Count()], unsure.Effects.AsEnumerable());
        Assert.Equal("space's memory limit exceeded: staging requires 37M memory, organization's memory limit exceeded: staging requires 37M memory", refused.Refusal?.Detail);
        Assert.Empty(TallyInvariants.Check(tally, Asked(26, standing), fits));
        Assert.Empty(TallyInvariants.Check(tally, counted, refused));

        static Claimed Asked(int memoryMb, Standing standing) => new(A.At(2), Claim.Of(A.Droplet, standing.Space, memoryMb, A.At(2)), standing);
    }

    [Fact]
    public void A_list_is_counted_before_it_grows_long()
    {
        var standing = Standing with { OfOrganization = new QuotaLimits(Tasks: 100_000) };
        var (tally, counts, longest) = (new TallyState(), 0, 0);
        for (var number = 1; number <= 2000; number++)
        {
            // Each ends before the next one asks.
            var at = A.At(100 + (number / 100.0));
            var claimed = new Claimed(at, TallyTeller.Task(at, number, 64, -1), standing);
            var decision = TallyMachine.Decide(tally, claimed);
            if (!decision.Effects.IsEmpty)
            {
                counts++;
                decision = TallyMachine.Decide(tally, claimed with { Found = [.. Enumerable.Range(1, number - 1).Select(each => new Holding(TallyTeller.Holder(ClaimKind.Task, each), null, at))] });
                tally = decision.Next with { LimitedSince = A.Start };
                continue;
            }

            tally = decision.Next;
            longest = Math.Max(longest, tally.Claims.Count);
        }

        Assert.InRange(longest, 50, 70);
        Assert.InRange(counts, 2000 / 80, 2000 / 50);
    }

    [Fact]
    public void A_broken_decision_is_caught()
    {
        var claim = TallyTeller.Task(A.Start, 1, 64, -1);
        var full = new TallyState { CountedAt = A.Start, Version = 1 } with { Claims = new TallyState().Claims.Add(TallyTeller.Holder(ClaimKind.Task, 7), TallyTeller.Task(A.Start, 7, 64, -1)).Add(TallyTeller.Holder(ClaimKind.Task, 8), TallyTeller.Task(A.Start, 8, 64, -1)) };
        var claimed = new Claimed(A.Start, claim, Standing);

        Assert.Equal(["1: given and not listed"], Check(full with { Claims = full.Claims.Remove(TallyTeller.Holder(ClaimKind.Task, 7)) }, claimed, full with { Claims = full.Claims.Remove(TallyTeller.Holder(ClaimKind.Task, 7)), CountedClaims = 1 }));
        Assert.Equal(["1: a limit is passed"], Check(full, claimed, full with { Claims = full.Claims.Add(claim.Holder, claim) }));
        Assert.Equal(["2: lists what it does not count"], Check(full, claimed with { Standing = Standing with { IsCounted = false } }, full with { CountedAt = null }));
        Assert.Equal(["3: a claim was lost"], Check(full, claimed, full with { Claims = new TallyState().Claims.Add(claim.Holder, claim) }));
        Assert.Equal(["4: refused without a count"], TallyInvariants.Check(full, claimed, Decision<TallyState, TallyEffect>.Refuse(full, new Refusal(RefusalReason.Invalid, "no"))).AsEnumerable());
        Assert.Equal(["5: changed in silence"], TallyInvariants.Check(full, claimed, Decision<TallyState, TallyEffect>.Stay(full with { Version = 2 })).AsEnumerable());
    }

    [Fact]
    public void A_started_app_claims_the_larger_of_what_runs_and_what_its_next_start_takes()
    {
        var policy = new Granary.Core.Tasks.TaskPolicy(MemoryMb: 64);
        var app = A.ExistingApp();
        var droplet = A.StagedDroplet(("worker", "work"), ("task", "migrate"));
        app = Told(app, new AppEvent.DropletAssigned(A.Start, droplet));
        Assert.Null(Claim.Of(app, policy, A.Start));

        app = Told(app, new AppEvent.StateDesired(A.Start, DesiredState.Started, droplet));
        app = Told(app, new AppEvent.ProcessChanged(A.Start, "worker", new ProcessChange(Instances: 3, LogBytesPerSecond: 100), droplet));
        var scaled = Claim.Of(app, policy, A.Start)!;
        app = Told(app, new AppEvent.ProcessChanged(A.Start, "worker", new ProcessChange(MemoryMb: 128), droplet));
        var larger = Claim.Of(app, policy, A.Start)!;
        app = Told(app, new AppEvent.RestartRequested(A.Start, droplet));
        app = Told(app, new AppEvent.ProcessChanged(A.Start, "worker", new ProcessChange(MemoryMb: 32), droplet));

        Assert.Equal((3 * 64L, 64, 3, 300L, true), (scaled.MemoryMb, scaled.LargestMb, scaled.Instances, scaled.LogBytesPerSecond, scaled.IsLogUnlimited));
        Assert.Equal((3 * 128L, 128), (larger.MemoryMb, larger.LargestMb));
        Assert.True(larger.Exceeds(scaled) && !scaled.Exceeds(larger));
        Assert.Equal((3 * 128L, false), (Claim.Of(app, policy, A.Start)!.MemoryMb, Claim.Of(app, policy, A.Start)!.IsLogUnlimited));
    }

    private static AppState Told(AppState app, AppEvent @event)
    {
        var decision = AppMachine.Decide(app, @event);
        Assert.Null(decision.Refusal);
        return decision.Next;
    }

    private static IEnumerable<string> Check(TallyState before, TallyEvent @event, TallyState after) => TallyInvariants.Check(before, @event, Decision<TallyState, TallyEffect>.Move(after));
}
