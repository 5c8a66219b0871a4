using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;

namespace Granary.Simulator.Parts;

/// <summary>
/// Does what is ordered of the cell: closed, it admits nothing new, and asks its instances to make way; at the deadline what is left is stopped and told as displaced.
/// </summary>
internal sealed class CellDrain(Silo silo)
{
    private readonly World world = silo.World;
    private readonly HashSet<AttemptKey> asked = [];
    private DateTimeOffset? toldEnd;
    private bool isKnown;

    public void Look()
    {
        if (silo.Serving.Phase == ServingPhase.Serving)
        {
            Read(() => { });
        }
    }

    /// <summary>Before the cell admits anything its order is read.</summary>
    public void Know(Action known)
    {
        if (isKnown)
        {
            known();
        }
        else
        {
            Read(known);
        }
    }

    private void Read(Action known)
    {
        var end = silo.Host.Warden is { IsAlive: true } warden ? warden.EndsAt : null;
        var heard = new DrainEvent.Heard(silo.Host.WallClock, silo.Server, silo.Attempts.Ledger.Entries.Count, silo.Attempts.ClosedBy is not null, Ends: end is not null);
        world.Database.Write(silo, () => world.Database.Write(silo.Host.Cell, heard), drain =>
        {
            Take(drain);
            isKnown = true;
            known();
        });
        if (end is { } endsAt && endsAt != toldEnd)
        {
            var left = endsAt - silo.Host.WallClock;
            var ends = new DrainEvent.DrainRequested(silo.Host.WallClock, left > TimeSpan.Zero ? left : TimeSpan.Zero, "its host ends", silo.Server);
            world.Database.Write(silo, () => world.Database.Write(silo.Host.Cell, ends), drain =>
            {
                toldEnd = endsAt;
                Take(drain);
            });
        }
    }

    private void Take(DrainState drain)
    {
        silo.Attempts.Close(drain.TakesNothing ? $"{drain.Cell} is {drain.Word}" : null);
        if (drain is { Phase: DrainPhase.Draining, DeadlineAt: { } deadlineAt } && deadlineAt <= silo.Host.WallClock)
        {
            if (world.Rules.Omits != Omission.Displacement)
            {
                silo.Attempts.DisplaceAll($"{drain.Cell} is drained, and the deadline passed: {drain.Why}");
            }
        }
        else if (drain.Phase == DrainPhase.Draining)
        {
            AskForWay($"{drain.Cell} is drained: {drain.Why}");
        }
        else
        {
            asked.Clear();
        }
    }

    /// <summary>A relief is asked again, until it counts and can make way.</summary>
    private void AskForWay(string why)
    {
        foreach (var attempt in silo.Attempts.All.Where(each => InstanceId.Is(each.Work)).Except(asked).ToArray())
        {
            silo.Tell(attempt.Work, new News.MakeWay(attempt.Number, why), work =>
            {
                if (((InstanceState)work).Part != Part.Relieves)
                {
                    asked.Add(attempt);
                }
            });
        }
    }
}
