using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Simulator.Parts;

/// <summary>Why a process ended.</summary>
public enum EndCause
{
    Itself,
    OurStop,
    TheWarden,
    TheEngine,
}

internal sealed class Container(AttemptKey attempt, Script script)
{
    public AttemptKey Attempt => attempt;

    public Script Script => script;

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
internal sealed class Engine(World world, Host host)
{
    private static readonly TimeSpan FirstAnswer = TimeSpan.FromMilliseconds(1);

    private readonly SortedDictionary<(Guid, int), Container> containers = [];
    private int boots = 1;
    private int lives = 1;
    private bool isCleaningUp;

    /// <summary>Of the process that is up, or was last.</summary>
    public string ProcessName => FormattableString.Invariant($"boot-{boots}/{lives}/engine");

    public TimeSpan StartedAt { get; private set; }

    public bool IsUp { get; private set; } = true;

    public bool IsFrozen { get; private set; }

    /// <summary>Seconds that an order may take beyond what it takes by itself.</summary>
    public double SlowMax { get; set; }

    public IEnumerable<Container> Containers => containers.Values;

    public int Count => containers.Count;

    public Container? Find(AttemptKey attempt) => containers.GetValueOrDefault((attempt.Work, attempt.Number));

    /// <summary>Memory of all that runs.</summary>
    public int RunningMb { get; private set; }

    public IEnumerable<AttemptKey> Processes => Containers.Where(each => each.Phase == ContainerPhase.Running).Select(each => each.Attempt);

    public TimeSpan Delay() => SlowMax > 0 ? world.Chance.Seconds(0, SlowMax) : TimeSpan.Zero;

    public void Create(AttemptKey attempt) => containers.TryAdd((attempt.Work, attempt.Number), new Container(attempt, world.Script(attempt)));

    public void Start(AttemptKey attempt)
    {
        if (Find(attempt) is not { Phase: ContainerPhase.Created } container || !IsUp)
        {
            return;
        }

        container.Phase = ContainerPhase.Running;
        container.StartedAt = world.Agenda.Now;
        RunningMb += world.Clients.MemoryOf(attempt.Work);
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
            containers.Remove((attempt.Work, attempt.Number));
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
            RunningMb -= world.Clients.MemoryOf(container.Attempt.Work);
            world.Witness.Ended(container);
            host.HearEnd(container.Attempt);
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
            else
            {
                world.Witness.See(container.Attempt.Work);
            }
        }
    }

    public void Down() => (IsUp, isCleaningUp) = (false, false);

    /// <param name="cleansUp">An engine without live-restore ends what survived it, and then answers.</param>
    public void Up(bool cleansUp = false)
    {
        if (IsUp || isCleaningUp)
        {
            return;
        }

        (IsUp, isCleaningUp, StartedAt, lives) = (!cleansUp, cleansUp, world.Agenda.Now, lives + 1);
        if (cleansUp)
        {
            EndAll();
            world.Agenda.After(FirstAnswer, () => (IsUp, isCleaningUp) = (IsUp || isCleaningUp, false));
        }
    }

    public void LosePower()
    {
        Down();
        (boots, lives) = (boots + 1, 0);
        EndAll();
        IsFrozen = false;
    }

    private void EndAll()
    {
        foreach (var container in Containers.ToArray())
        {
            End(container, EndCause.TheEngine, world.Chance.Of([0, 137, 143]));
        }
    }

    private void Run(Container container)
    {
        world.Witness.Started(container, host);
        if (container.Script.Lasts is { } lasts)
        {
            world.Agenda.After(lasts, () =>
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
    }

    private void EndByItself(Container container) => End(container, EndCause.Itself, container.Script.ExitCode);
}
