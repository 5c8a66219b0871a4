namespace Granary.Simulator.Parts;

/// <summary>A process on a host. It may be killed, or stopped and continued: then what came meanwhile is handled late, all at once.</summary>
internal abstract class Process(World world, Host host, string name)
{
    private readonly Queue<Action> held = new();

    public World World => world;

    public Host Host => host;

    public string Name => name;

    public bool IsAlive { get; private set; } = true;

    public bool IsPaused { get; private set; }

    public bool Acts => IsAlive && !IsPaused;

    /// <summary>The host's monotonic clock.</summary>
    public TimeSpan Now => host.Clock;

    /// <summary>Something reaches the process, now or when it goes on.</summary>
    public void Receive(Action action)
    {
        if (IsPaused)
        {
            held.Enqueue(action);
        }
        else if (IsAlive)
        {
            action();
        }
    }

    public void Kill()
    {
        if (IsAlive)
        {
            (IsAlive, IsPaused) = (false, false);
            held.Clear();
            world.Tell(host.Name, $"{name} is dead");
            host.Ended(this);
        }
    }

    public void Pause()
    {
        if (IsAlive && !IsPaused)
        {
            IsPaused = true;
            world.Tell(host.Name, $"{name} is stopped");
        }
    }

    public void GoOn()
    {
        if (!IsPaused)
        {
            return;
        }

        IsPaused = false;
        world.Tell(host.Name, $"{name} goes on");
        host.Guard();
        while (IsAlive && !IsPaused && held.TryDequeue(out var action))
        {
            action();
        }
    }

    /// <summary>After a time of the host's clock.</summary>
    protected void After(TimeSpan delay, Action action) => world.Agenda.After(delay / host.Rate, () => Receive(action));

    /// <summary>For as long as the process lives.</summary>
    protected void Every(TimeSpan period, Action action)
    {
        Action? again = null; // One of each for the whole life: this is what a world does most.
        Action arrive = () => Receive(again!);
        again = () =>
        {
            action();
            Next();
        };
        Next();

        void Next() => world.Agenda.After(period * ((0.9 + (0.2 * world.Chance.Part())) / host.Rate), arrive);
    }
}
