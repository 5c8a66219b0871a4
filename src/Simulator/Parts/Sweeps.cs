using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Leases;

namespace Granary.Simulator.Parts;

/// <summary>What there is one of in a cluster: whoever wakes what is due, and moves what has lost its cell. The first silo that lives does both.</summary>
internal sealed class Sweeps(Silo silo)
{
    public static readonly TimeSpan SpeakEvery = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan MoveEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Woken in one sweep; the next takes the rest.</summary>
    private const int CountMax = 500;

    private readonly World world = silo.World;
    private MoveBudget budget = MoveBudget.Full(burst: 500, perSecond: 100, silo.Host.WallClock);

    public bool Leads { get; private set; }

    public void Speak()
    {
        var now = silo.Host.WallClock;
        world.Database.Write(
            silo,
            () => (Leads: world.Database.Say(silo), Works: world.Database.Works.Due(now, CountMax), Apps: world.Database.AppsDue(now)),
            due =>
            {
                Leads = due.Leads;
                if (Leads && world.Rules.Omits != Omission.WakingSweep)
                {
                    Wake(due.Works, due.Apps);
                }

                if (Leads)
                {
                    silo.Placement!.Pass();
                }
            });
    }

    /// <summary>The rows are read before the leases: so the proof is younger than the attempt it is about.</summary>
    public void MoveOff()
    {
        if (!Leads || world.Rules.Omits == Omission.MovingSweep)
        {
            return;
        }

        if (world.Rules.Omits == Omission.RowsBeforeLease)
        {
            world.Database.Ask(silo, world.Database.Ended, ended => silo.Later(0, 800, () => world.Database.Ask(silo, () => Held(ended), held => Move(held, ended))));
            return;
        }

        world.Database.Ask(silo, () => Held(world.Database.Ended()), held =>
        {
            if (!held.IsEmpty)
            {
                world.Database.Ask(silo, world.Database.Ended, ended => Move(held, ended));
            }
        });
    }

    private ImmutableArray<WorkState> Held(ImmutableArray<LeaseState> ended) => [.. ended.SelectMany(each => world.Database.Works.OnCell(each.Cell))];

    private void Move(ImmutableArray<WorkState> held, ImmutableArray<LeaseState> ended)
    {
        var evidence = ended.ToDictionary(each => each.Cell, each => each.EndEvidence!);
        WorkState[] lost = [.. held.Where(each => each.Cell is { } cell && evidence.ContainsKey(cell))];
        (var granted, budget) = budget.Take(lost.Length, silo.Host.WallClock);
        foreach (var work in lost.Take(granted))
        {
            silo.Desk.Tell(work.Work, new News.Reported(new AttemptReport.Lost(work.Attempt, evidence[work.Cell!.Value])));
        }
    }

    private void Wake(ImmutableArray<Guid> works, ImmutableArray<AppId> apps)
    {
        foreach (var work in works)
        {
            silo.Desk.Tell(work, new News.Woke());
        }

        foreach (var app in apps)
        {
            silo.Desk.Tell(app, at => new AppEvent.Woke(at));
        }
    }
}
