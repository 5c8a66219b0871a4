using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Cells;
using Granary.Core.Leases;

namespace Granary.Simulator.Parts;

/// <summary>
/// The one database: it carries out what arrives, one after another. While it hangs, what arrived waits and is carried out late, when nobody waits for it any
/// more; while it is down nothing arrives. An answer may be lost like any message, and a write may fail with or without having been carried out.
/// </summary>
internal sealed class Database(World world)
{
    public const string Name = "database";

    /// <summary>A silo that has not spoken for this time is dead to the others.</summary>
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(3);

    private readonly Queue<Action> waiting = new();
    private readonly SortedDictionary<string, LeaseState> leases = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, DrainState> drains = new(StringComparer.Ordinal);
    private readonly SortedDictionary<Guid, (AppState App, long Version)> apps = [];
    private readonly Dictionary<string, TimeSpan> spoken = [];

    public bool IsDown { get; set; }

    public bool Hangs { get; private set; }

    /// <summary>Seconds that an answer may take.</summary>
    public double SlowMax { get; set; }

    /// <summary>The part of writes that fail.</summary>
    public double Failing { get; set; }

    public WorkRows Works { get; } = new(world);

    public Roster Roster { get; private set; } = Roster.Empty;

    public IEnumerable<LeaseState> Leases => leases.Values;

    public IEnumerable<AppState> Apps => apps.Values.Select(each => each.App);

    public void Hang() => Hangs = true;

    public void GoOn()
    {
        Hangs = false;
        while (waiting.TryDequeue(out var work))
        {
            work();
        }
    }

    /// <summary>Sends a question from a process; the answer comes back to it, or never.</summary>
    public void Ask<T>(Process from, Func<T> work, Action<T> answered) => world.Network.Send(from.Host.Name, Name, () => Carry(from, work, answered, isLost: false), isOnce: true);

    /// <summary>The same for what changes something.</summary>
    public void Write<T>(Process from, Func<T> work, Action<T> answered) => world.Network.Send(
        from.Host.Name,
        Name,
        () =>
        {
            var fails = Failing > 0 && world.Chance.Happens(Failing);
            if (!fails || world.Chance.Happens(0.5))
            {
                Carry(from, work, answered, isLost: fails);
            }
        },
        isOnce: true);

    public (bool IsDone, LeaseState Lease, Roster Roster) Write(CellId cell, LeaseEvent @event)
    {
        var before = Lease(cell);
        var decision = world.Rules.Lease(before, Roster, @event);
        world.Require(LeaseInvariants.Check(before, decision));
        leases[cell.Name] = decision.Next;
        foreach (var effect in decision.Effects)
        {
            Roster = effect switch
            {
                LeaseEffect.JoinRoster join => Roster.Join(join.Member),
                LeaseEffect.LeaveRoster leave => Roster.Leave(leave.Member),
                _ => Roster,
            };
        }

        if (decision.Changes && @event is not (LeaseEvent.Renewed or LeaseEvent.ServingSaid))
        {
            world.Tell(Name, $"the lease of {cell}: {@event} makes it {decision.Next.Standing}, epoch {decision.Next.Epoch}, number {decision.Next.Number}");
        }

        return (decision.Changes, decision.Next, Roster);
    }

    public LeaseState Lease(CellId cell) => leases.TryGetValue(cell.Name, out var lease) ? lease : new LeaseState { Cell = cell };

    /// <summary>The leases that prove that what ran under them is gone.</summary>
    public ImmutableArray<LeaseState> Ended() => [.. leases.Values.Where(each => each.ProvesTheEnd)];

    public DrainState Drain(CellId cell) => drains.TryGetValue(cell.Name, out var drain) ? drain : DrainState.Open with { Cell = cell };

    public DrainState Write(CellId cell, DrainEvent @event)
    {
        var before = Drain(cell);
        var decision = world.Rules.Drain(before, @event);
        world.Require(DrainInvariants.Check(before, @event, decision));
        if (decision.Changes)
        {
            drains[cell.Name] = decision.Next;
            world.Tell(Name, $"{cell} is {decision.Next.Word}");
        }

        return decision.Next;
    }

    public (AppState App, long Version) App(AppId id) => apps.TryGetValue(id.Value, out var row) ? row : (new AppState(), 0);

    public bool Write(AppState app, long version)
    {
        if (App(app.Id).Version != version)
        {
            return false;
        }

        apps[app.Id.Value] = (app, version + 1);
        return true;
    }

    public ImmutableArray<AppId> AppsDue(DateTimeOffset now) => [.. apps.Values.Where(each => each.App.WakeAt <= now).Select(each => each.App.Id)];

    /// <summary>A silo that carries grains lives. Answers whether it is the first among those that do: where the grains are that there is one of.</summary>
    public bool Say(Silo silo)
    {
        spoken[silo.Name] = world.Agenda.Now;
        return Leader() == silo.Name;
    }

    /// <summary>Null while none lives.</summary>
    public string? Leader()
    {
        foreach (var name in world.GrainSilos)
        {
            if (spoken.TryGetValue(name, out var at) && world.Agenda.Now - at < SilentAfter)
            {
                return name;
            }
        }

        return null;
    }

    private void Carry<T>(Process from, Func<T> work, Action<T> answered, bool isLost)
    {
        if (IsDown)
        {
            return;
        }

        if (Hangs)
        {
            waiting.Enqueue(CarryOut);
        }
        else if (SlowMax > 0)
        {
            world.Agenda.After(world.Chance.Seconds(0, SlowMax), CarryOut);
        }
        else
        {
            CarryOut();
        }

        void CarryOut()
        {
            var answer = work();
            if (!isLost)
            {
                world.Network.Send(Name, from.Host.Name, () => from.Receive(() => answered(answer)), isOnce: true);
            }
        }
    }
}
