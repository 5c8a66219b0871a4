using System.Collections.Immutable;
using System.Diagnostics;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Grains;
using Granary.Grains.Ports;

namespace Granary.Silo.Wardens;

/// <summary>The shell around <see cref="JudgeMachine"/>: reads the leases of the others again and again, judges them, and answers who asks for the database.</summary>
internal sealed partial class Judge(CellId cell, ILeaseStore store, LeasePolicy policy, MemberEndpoints endpoints, bool isUnattended, ILogger logger)
{
    private readonly Lock gate = new();
    private readonly Outage outage = new();
    private JudgeState state = new(cell);

    /// <summary>Whether this process reaches the database. Who is told that it does not is promised that it judges nobody for a while.</summary>
    public bool Reaches(CellId asker) =>
        Decide(new JudgeEvent.Asked(HostClock.Now, asker)).OfType<JudgeEffect.Answer>().Single().ReachesDatabase;

    public async Task Run(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(policy.ReadEvery);
        do
        {
            try
            {
                await Look(cancellation);
                outage.Ended();
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                if (outage.Begins())
                {
                    LogBlind(logger, fault.Message);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private async Task Look(CancellationToken cancellation)
    {
        var reading = await store.Read(cancellation);
        endpoints.Take(reading);
        foreach (var effect in Decide(new JudgeEvent.Read(HostClock.Now, reading.Leases, reading.Roster)))
        {
            switch (effect)
            {
                case JudgeEffect.JudgeLapsed lapsed:
                    await Write(lapsed.Cell, new LeaseEvent.LapseJudged(cell, lapsed.Number, lapsed.IsUnconfirmed || isUnattended), cancellation);
                    break;
                case JudgeEffect.JudgeUnserved unserved:
                    await Write(unserved.Cell, new LeaseEvent.UnservedJudged(cell, unserved.ServingEpoch, unserved.Served), cancellation);
                    break;
            }
        }
    }

    private async Task Write(CellId judged, LeaseEvent judgement, CancellationToken cancellation)
    {
        var answer = await store.Write(judged, judgement, cancellation);
        if (answer.IsDone)
        {
            LogJudged(logger, judged, answer.Lease.Standing, judgement);
        }
    }

    /// <summary>A question and a reading may come at once: both go by one state.</summary>
    private ImmutableArray<JudgeEffect> Decide(JudgeEvent @event)
    {
        lock (gate)
        {
            var decision = JudgeMachine.Decide(state, @event, policy);
            if (LeaseInvariants.Check(state, @event, decision, policy) is { IsEmpty: false } broken)
            {
                throw new UnreachableException($"{@event} would break {string.Join("; ", broken)}");
            }

            state = decision.Next;
            return decision.Effects;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The lease of {Cell} is {Standing}: {Judgement}")]
    private static partial void LogJudged(ILogger logger, CellId cell, LeaseStanding standing, LeaseEvent judgement);

    [LoggerMessage(LogLevel.Warning, "The leases cannot be read: {Fault}")]
    private static partial void LogBlind(ILogger logger, string fault);
}
