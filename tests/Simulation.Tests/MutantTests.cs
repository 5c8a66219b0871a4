using System.Collections.Concurrent;
using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Leases;
using Granary.Core.Placement;
using Granary.Core.Tasks;
using Granary.Simulator;
using Granary.Simulator.Plans;
using Xunit.Abstractions;

namespace Granary.Simulation.Tests;

/// <summary>Rules that are broken on purpose, to prove that the oracles see: each must be caught within a thousand seeds, by the oracle whose promise it breaks.</summary>
public sealed class MutantTests(ITestOutputHelper output)
{
    private const int SeedsMax = 1_000;

    /// <summary>Invariants would notice some of these at once; here it is the oracles that are asked.</summary>
    private static readonly Rules Broken = Rules.OfCore with { ChecksInvariants = false };

    /// <summary>Duties of the shells that are left out.</summary>
    [Theory]
    [InlineData(Omission.Stop, "storm", "never two at once")]
    [InlineData(Omission.Question, "storm", "never two at once")]
    [InlineData(Omission.KillNotes, "storm", "outcome is real")]
    [InlineData(Omission.StartOnce, "storm", "never two at once: number used twice")]
    [InlineData(Omission.Repetition, "standard", "progress")]
    [InlineData(Omission.SaveFirst, "storm", "outcome is real")]
    [InlineData(Omission.MovingSweep, "standard", "progress")]
    [InlineData(Omission.WakingSweep, "standard", "progress")]
    [InlineData(Omission.Fence, "slow", "never two at once")]
    [InlineData(Omission.Comparison, "standard", "room is real")]
    [InlineData(Omission.TellBeforeRemoval, "standard", "outcome is real")]
    [InlineData(Omission.Displacement, "drain", "drain is kept")]
    [InlineData(Omission.Version, "storm", "history agrees")]
    [InlineData(Omission.RowsBeforeLease, "storm", "never two at once")]
    [InlineData(Omission.InstanceNews, "workers", "wanted is up")]
    public void A_shell_that_leaves_something_out_is_caught(Omission omits, string scenario, string promise) => Catch(scenario, promise, Broken with { Omits = omits });

    [Fact]
    public void A_task_that_hears_old_attempts_is_caught() => Catch("storm", "outcome is real", Broken with
    {
        Task = (task, told) => TaskMachine.Decide(task, told is TaskEvent.Reported { Report: { } report } reported ? reported with { Report = report with { Attempt = task.Attempt } } : told),
    });

    [Fact]
    public void A_task_that_counts_no_loss_is_caught() => Catch("storm", "outcome is real", Broken with
    {
        Task = (task, told) => TaskMachine.Decide(task, told is TaskEvent.Reported { Report: AttemptReport.Lost lost } reported ? reported with { Report = new AttemptReport.Declined(lost.Attempt, lost.Evidence) } : told),
    });

    [Fact]
    public void A_cell_that_believes_every_exit_is_caught() => Catch("standard", "outcome is real", Broken with
    {
        OfEnd = (attempt, cell, end) => AttemptVerdict.OfEnd(attempt, cell, end with { Doubt = null }),
    });

    [Fact]
    public void A_cell_that_keeps_no_doubt_is_caught() => Catch("standard", "outcome is real", Broken with
    {
        OfEnd = (attempt, cell, end) => AttemptVerdict.OfEnd(attempt, cell, end with { WasUnwatched = false, KilledAt = null }),
    });

    [Fact]
    public void A_cell_that_keeps_nothing_that_it_meets_is_caught() => Catch("standard", "progress", Broken with
    {
        Compare = (met, cell, row, unknownFor, orphanAge) => Comparison.Of(met, cell, row, unknownFor, orphanAge, isOnHold: false) == Finding.Adopt ? Finding.Discard : Finding.Leave,
    });

    [Fact]
    public void A_placement_and_a_cell_that_look_at_no_segment_are_caught() => Catch("segments", "segments are kept", Broken with
    {
        IsOfSegment = (_, _) => true,
        Place = (queue, cells, now, policy) => Placer.Place([.. queue.Select(each => each with { Segment = null })], [.. cells.Select(each => each with { Segment = null })], now, policy).Choices,
    });

    [Fact]
    public void A_start_that_asks_nothing_of_the_lease_is_caught() => Catch("storm", "never two at once", Broken with { MayStart = (_, _, _, _, _) => true });

    [Fact]
    public void A_start_that_looks_at_no_gate_is_caught() => Catch("revoked", "never two at once", Broken with
    {
        MayStart = (serving, _, beganUnder, at, policy) => ServingMachine.MayStart(serving, null, beganUnder, at, policy),
    });

    [Fact]
    public void A_warden_that_comes_late_and_lets_run_what_it_finds_is_caught() => Catch("let-go", "never two at once", Broken with
    {
        Warden = (warden, told, policy) => WardenMachine.Decide(warden with { IsSentAtKnown = true }, told, policy),
    });

    [Fact]
    public void A_judge_that_forgets_that_it_was_without_the_database_is_caught() => Catch("outage", "never two at once", Broken with
    {
        Judge = (judge, told, policy) =>
        {
            var decision = JudgeMachine.Decide(judge, told, policy with { RegainGrace = TimeSpan.Zero });
            return decision with { Next = Careless(judge, decision.Next) };
        },
    });

    [Fact]
    public void A_lease_that_anybody_may_judge_at_any_time_is_caught() => Catch("storm", "never two at once", Broken with
    {
        Judge = (judge, told, policy) => JudgeMachine.Decide(judge, told, policy with { LapseAfter = TimeSpan.FromSeconds(1.5), RegainGrace = TimeSpan.FromSeconds(1) }),
    });

    [Fact]
    public void A_warden_that_confirms_before_everything_is_stopped_is_caught() => Catch("engine", "never two at once", Broken with
    {
        Warden = (warden, told, policy) => WardenMachine.Decide(warden, told is WardenEvent.Frozen frozen ? frozen with { Attempts = [] } : told is WardenEvent.Swept swept ? swept with { Left = [], StartsInFlight = 0 } : told, policy),
    });

    [Fact]
    public void A_ledger_that_admits_everything_is_caught() => Catch("crowd", "room is real", Broken with { Admit = (ledger, attempt, wanted) => (ledger.Reserve(attempt, wanted), null) });

    [Fact]
    public void A_cell_that_is_called_drained_while_something_runs_is_caught() => Catch("drain", "drain is kept", Broken with
    {
        Drain = (drain, told) => DrainMachine.Decide(drain, told is DrainEvent.Heard heard ? heard with { Attempts = 0, IsClosed = true } : told),
    });

    [Fact]
    public void An_app_that_stops_who_makes_way_before_its_relief_is_up_is_caught() => Catch("workers", "hand-over", Broken with
    {
        App = (app, told) => AppMachine.Decide(app, told is AppEvent.InstancesSpoke spoke ? spoke with { News = [.. spoke.News.Select(each => each is InstanceNews.MakesWay makesWay ? makesWay with { HasEnded = true } : each)] } : told),
    });

    [Fact]
    public void A_margin_that_is_negative_is_caught()
    {
        var policy = LeasePolicy.Default with { StopAfter = TimeSpan.FromSeconds(6) };

        Assert.NotEmpty(policy.Faults());
        Catch("storm", "never two at once", Rules.OfCore with { Warden = (warden, told, _) => WardenMachine.Decide(warden, told, policy), ChecksInvariants = false });
    }

    /// <summary>A judge that forgets nothing when it was without the database.</summary>
    private static JudgeState Careless(JudgeState before, JudgeState after) => after with
    {
        SaidWithout = false,
        Watched = after.Watched.ToImmutableSortedDictionary(
            each => each.Key,
            each => before.Watched.TryGetValue(each.Key, out var last) ? last.Saw(each.Value.Lease, each.Value.NumberSince) : each.Value,
            StringComparer.Ordinal),
    };

    private void Catch(string name, string promise, Rules rules)
    {
        var scenario = ManyWorlds.Read(name switch
        {
            "storm" => Scenarios.Storm,
            "revoked" => "cells 3\nsilos 2\ntasks 120 at=3s..50s lasts=1s..6s losses=9\nkill-engine 6..10 at=5s..45s for=6s..8s\npolicy grace=6s\nmended 60s",
            "let-go" => WorldTests.LetGo,
            "drain" => "cells 3\ntasks 10 at=2s..8s lasts=60s..90s\ndrain at=10s for=50s\nmended 70s",
            "outage" => "cells 2..4 candidates=1..2\ntasks 6..10 at=2s..20s lasts=30s..60s\nfaults 6..12 kinds=kill-database|hang-database|cut-database|cut at=8s..50s for=1s..9s\nmessages lost=2% slow=25% doubled=5%\nmended 60s",
            "slow" => "cells 2..4 candidates=1..2\ntasks 6..12 at=2s..40s lasts=20s..60s\nfaults 10..20 kinds=slow-database|delay-messages|cut-pair|cut-database|stop-silo|slow-engine|kill-silo at=3s..50s for=500ms..9s\nmessages lost=3% slow=40% doubled=5%\nmended 60s",
            "workers" => "cells 3\napps 1 instances=3 memory=64M at=2s..4s\ndrain at=80s..90s for=60s cell=cell-a\nmended 150s",
            "engine" => "cells 3 candidates=1\ntasks 12 at=2s..8s lasts=60s..90s\nkill-engine at=10s for=50s amount=0\nmended 70s",
            "crowd" => "cells 3 memory=256M\ntasks 30 at=2s..6s lasts=5s..10s memory=64M|128M\nkill-silo 3 at=3s..8s\nmended 20s",
            "segments" => WorldTests.Segments,
            _ => Scenarios.Standard,
        });
        var others = new ConcurrentDictionary<string, int>();
        var found = Enumerable.Range(1, SeedsMax)
            .AsParallel().AsOrdered()
            .Select(seed => (Seed: seed, World.Run(scenario.Plan((ulong)seed), new WorldOptions { Rules = rules }).Violations))
            .FirstOrDefault(each =>
            {
                if (!each.Violations.IsEmpty)
                {
                    others.AddOrUpdate(each.Violations[0].Split(':')[0], 1, (_, count) => count + 1);
                }

                return each.Violations.Any(what => what.StartsWith(promise, StringComparison.Ordinal));
            });
        Assert.True(found.Seed > 0, $"no {name} world of {SeedsMax} broke '{promise}': {string.Join(", ", others)}");
        output.WriteLine($"seed {found.Seed}: {found.Violations[0]}");
    }
}
