using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Simulator.Parts;

/// <summary>Why a process ended.</summary>
internal enum EndCause
{
    Itself,
    OurStop,
    TheWarden,
    TheEngine,
}

internal sealed class Container(AttemptKey attempt)
{
    public AttemptKey Attempt => attempt;

    public ContainerPhase Phase { get; set; }

    public int ExitCode { get; set; }

    public EndCause Cause { get; set; }

    public TimeSpan StartedAt { get; set; }

    public TimeSpan EndedAt { get; set; }

    /// <summary>Its own end came while it was frozen.</summary>
    public bool IsDue { get; set; }

    public bool WasBornFrozen { get; set; }
}

/// <summary>A container engine and the group of processes under it. Processes live on while the engine is down.</summary>
internal sealed class Engine(World world)
{
    private readonly Dictionary<AttemptKey, Container> containers = [];

    public bool IsUp { get; private set; } = true;

    public bool IsFrozen { get; private set; }

    public IEnumerable<Container> Containers => containers.Values.OrderBy(each => each.Attempt.Work).ThenBy(each => each.Attempt.Number);

    public Container? Find(AttemptKey attempt) => containers.GetValueOrDefault(attempt);

    public IEnumerable<AttemptKey> Processes => Containers.Where(each => each.Phase == ContainerPhase.Running).Select(each => each.Attempt);

    public void Create(AttemptKey attempt) => containers.TryAdd(attempt, new Container(attempt));

    public void Start(AttemptKey attempt)
    {
        if (Find(attempt) is not { Phase: ContainerPhase.Created } container || !IsUp)
        {
            return;
        }

        container.Phase = ContainerPhase.Running;
        container.StartedAt = world.Agenda.Now;
        container.WasBornFrozen = IsFrozen;
        if (!IsFrozen)
        {
            Run(container);
        }
    }

    public void Remove(AttemptKey attempt)
    {
        if (Find(attempt) is { } container)
        {
            End(container, EndCause.OurStop, 137);
            containers.Remove(attempt);
        }
    }

    /// <summary>Ends a process that runs, frozen or not.</summary>
    public void End(Container container, EndCause cause, int code)
    {
        if (container.Phase == ContainerPhase.Running)
        {
            container.Phase = ContainerPhase.Exited;
            container.ExitCode = code;
            container.Cause = cause;
            container.EndedAt = world.Agenda.Now;
            world.Witness.Ended(container);
        }
    }

    public void Freeze() => IsFrozen = true;

    public void Thaw()
    {
        IsFrozen = false;
        foreach (var container in Containers.Where(each => each.Phase == ContainerPhase.Running).ToArray())
        {
            if (container.WasBornFrozen)
            {
                container.WasBornFrozen = false;
                Run(container);
            }
            else if (container.IsDue)
            {
                EndByItself(container);
            }
        }
    }

    public void Down() => IsUp = false;

    /// <param name="cleansUp">An engine without live-restore ends what survived it.</param>
    public void Up(bool cleansUp = false)
    {
        IsUp = true;
        if (cleansUp)
        {
            EndAll();
        }
    }

    public void LosePower()
    {
        IsUp = false;
        EndAll();
        IsFrozen = false;
    }

    private void EndAll()
    {
        foreach (var container in Containers)
        {
            End(container, EndCause.TheEngine, world.Chance.Of([0, 137, 143]));
        }
    }

    private void Run(Container container)
    {
        world.Witness.Started(container, world.HostOf(this));
        world.Agenda.After(world.Script(container.Attempt).Lasts, () =>
        {
            if (IsFrozen)
            {
                container.IsDue = true;
            }
            else
            {
                EndByItself(container);
            }
        });
    }

    private void EndByItself(Container container) => End(container, EndCause.Itself, world.Script(container.Attempt).ExitCode);
}
