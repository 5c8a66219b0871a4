using System.Collections.Immutable;
using System.Diagnostics;
using static Granary.Core.Leases.JudgeEffect;
using static Granary.Core.Leases.JudgeEvent;
using Decision = Granary.Core.Decision<Granary.Core.Leases.JudgeState, Granary.Core.Leases.JudgeEffect>;

namespace Granary.Core.Leases;

/// <summary>
/// Decides when a member of the roster calls the lease of another cell lapsed, or its cell unserved. Pure; time is that of the member's own monotonic clock.
/// One state answers both questions, "do you reach the database?" and "has that lease lapsed?", because a hold rests on their going together:
/// 1. Who says that it cannot reach the database judges nothing for <see cref="LeasePolicy.RegainGrace"/> after it reads again.
/// 2. Who judges a lease lapsed has read all the time that the lease did not move, so it told its warden nothing that it could hold by.
/// </summary>
public static class JudgeMachine
{
    public static Decision Decide(JudgeState judge, JudgeEvent @event, LeasePolicy policy) => @event switch
    {
        Read read => Look(judge, read, policy),
        Asked asked when IsWithout(judge, asked.At, policy) => Decision.Move(judge with { SaidWithout = true }, new Answer(asked.Asker, ReachesDatabase: false)),
        Asked asked => Decision.Stay(judge, new Answer(asked.Asker, ReachesDatabase: true)),
        _ => throw new UnreachableException($"No rule for {@event}."),
    };

    private static bool IsWithout(JudgeState judge, TimeSpan at, LeasePolicy policy) => judge.SaidWithout || judge.ReadAt is not { } readAt || at - readAt > policy.WithoutAfter;

    private static Decision Look(JudgeState judge, Read read, LeasePolicy policy)
    {
        var isRegained = judge.SaidWithout || judge.ReadAt is not { } readAt || read.At - readAt > policy.StopAfter;
        var regainedAt = isRegained ? read.At : judge.RegainedAt;
        var watched = isRegained ? ImmutableSortedDictionary.Create<string, LeaseWatch>(StringComparer.Ordinal) : judge.Watched;
        var next = judge with { ReadAt = read.At, RegainedAt = regainedAt, SaidWithout = false, Watched = Watch(judge, watched, read) };
        return Decision.Move(next, [.. Judgements(next, read, policy)]);
    }

    private static ImmutableSortedDictionary<string, LeaseWatch> Watch(JudgeState judge, ImmutableSortedDictionary<string, LeaseWatch> before, Read read)
    {
        var watched = ImmutableSortedDictionary.CreateBuilder<string, LeaseWatch>(StringComparer.Ordinal);
        foreach (var lease in read.Leases)
        {
            if (lease.Cell != judge.Self && lease.Standing is LeaseStanding.Held or LeaseStanding.Revoked)
            {
                watched[lease.Cell.Name] = before.TryGetValue(lease.Cell.Name, out var last) ? last.Saw(lease, read.At) : new LeaseWatch(lease, read.At, read.At);
            }
        }

        return watched.ToImmutable();
    }

    private static IEnumerable<JudgeEffect> Judgements(JudgeState judge, Read read, LeasePolicy policy)
    {
        if (!read.Roster.Has(judge.Self))
        {
            yield break; // Its own lease lapsed, or it has none yet: it must join before it judges.
        }

        var reading = read.At - judge.RegainedAt;
        foreach (var (lease, numberSince, servedSince) in judge.Watched.Values)
        {
            var (silent, unserved) = (read.At - numberSince, read.At - servedSince);
            if (silent >= policy.LapseAfter && reading >= policy.RegainGrace && read.Roster.HasSince(judge.Self, lease.RosterVersion))
            {
                yield return new JudgeLapsed(lease.Cell, lease.Number, IsUnconfirmed: false);
            }
            else if (silent >= policy.StrangerLapseAfter && reading >= policy.RegainGrace)
            {
                yield return new JudgeLapsed(lease.Cell, lease.Number, IsUnconfirmed: true);
            }
            else if (lease.Standing == LeaseStanding.Held && unserved >= policy.ServingGrace && reading >= policy.ServingGrace)
            {
                yield return new JudgeUnserved(lease.Cell, lease.ServingEpoch, lease.Served);
            }
        }
    }
}
