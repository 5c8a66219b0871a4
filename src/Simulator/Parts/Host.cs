using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Simulator.Plans;

namespace Granary.Simulator.Parts;

/// <summary>What a cell has noted about an attempt on its host; survives every process.</summary>
internal sealed class Note
{
    public bool StartWasOrdered { get; set; }

    public bool IsFenced { get; set; }

    /// <summary>By the world's clock, as the ends of containers are: on a real host one clock tells both.</summary>
    public TimeSpan? StopOrderedAt { get; set; }

    /// <summary>Why that stop was ordered so that the attempt can run elsewhere.</summary>
    public string? DisplacedBecause { get; set; }

    public AttemptReport? Report { get; set; }

    /// <summary>When the warden noted first that it kills it, by the world's clock.</summary>
    public TimeSpan? KilledAt { get; set; }

    /// <summary>It was killed only after its lease had lapsed for others.</summary>
    public bool Outlived { get; set; }
}

/// <summary>A start on its way from a silo to the engine.</summary>
internal sealed class PendingStart(Process silo)
{
    public bool IsSent { get; set; }

    /// <summary>Whether the engine may still carry it out.</summary>
    public bool IsInFlight => IsSent || silo.IsAlive;
}

/// <summary>A machine with one engine, and so one cell: the warden, the candidate silos, the lock, the journal.</summary>
internal sealed class Host
{
    private readonly World world;
    private readonly PlannedCell plan;
    private readonly string suffix;

    /// <summary>It was told to end: nobody is started until it begins again.</summary>
    private bool ends;

    public Host(World world, PlannedCell plan)
    {
        (this.world, this.plan) = (world, plan);
        suffix = plan.Name.StartsWith("cell-", StringComparison.Ordinal) ? plan.Name[5..] : plan.Name;
        Name = $"host-{suffix}";
        Cell = new CellId(plan.Name);
        CandidateNames = [.. Enumerable.Range(1, plan.Candidates).Select(each => FormattableString.Invariant($"silo-{suffix}{each}"))];
        Engine = new Engine(world, this);
    }

    public string Name { get; }

    public string WardenName => $"warden-{suffix}";

    public CellId Cell { get; }

    public CellCapacity Capacity => plan.Capacity;

    public string? Segment => plan.Segment;

    /// <summary>Seconds of its clock in one true second.</summary>
    public double Rate => plan.Rate;

    /// <summary>Its monotonic clock.</summary>
    public TimeSpan Clock => plan.ClockAtStart + (world.Agenda.Now * plan.Rate);

    /// <summary>Its wall clock.</summary>
    public DateTimeOffset WallClock => World.Instant(world.Agenda.Now + plan.Skew);

    public bool IsOn { get; private set; } = true;

    public TimeSpan LostPowerAt { get; private set; } = TimeSpan.MinValue;

    /// <summary>It is cut off, and nobody will ever mend that.</summary>
    public bool IsGone { get; set; }

    public Engine Engine { get; }

    /// <summary>The lives of its engine, as whoever serves the cell saw them; durable.</summary>
    public EngineRecord EngineRecord { get; private set; } = EngineRecord.Empty;

    public SortedDictionary<(Guid, int), Note> Journal { get; } = [];

    public Dictionary<AttemptKey, PendingStart> Starts { get; } = [];

    public Warden? Warden { get; private set; }

    public List<Silo> Silos { get; } = [];

    public Silo? LockOwner { get; private set; }

    public string[] CandidateNames { get; }

    /// <summary>True instants at which nobody was there to enforce the lease: since when, and until when at last.</summary>
    public TimeSpan? UnguardedSince { get; private set; }

    public TimeSpan UnguardedUntil { get; private set; } = TimeSpan.MinValue;

    /// <summary>When the last acknowledged renewal was sent, by its monotonic clock, as whoever enforces the lease notes it. Null when that was too long ago, or before a boot.</summary>
    public TimeSpan? RenewedAt
    {
        get => field is { } at && Clock - at < world.Lease.StopAfter ? at : null;
        set;
    }

    /// <summary>The epoch under which whoever enforces the lease lets starts through; 0 while it lets none, null before it said anything.</summary>
    public long? Gate { get; set; }

    public int StartsInFlight => Starts.Values.Count(each => each.IsInFlight);

    public DateTimeOffset WallAt(TimeSpan at) => World.Instant(at + plan.Skew);

    public Note? NoteOf(AttemptKey attempt) => Journal.GetValueOrDefault((attempt.Work, attempt.Number));

    public Note NoteFor(AttemptKey attempt)
    {
        if (NoteOf(attempt) is { } note)
        {
            return note;
        }

        return Journal[(attempt.Work, attempt.Number)] = new Note();
    }

    public void Forget(AttemptKey attempt) => Journal.Remove((attempt.Work, attempt.Number));

    /// <summary>Asks the engine for a sign of life.</summary>
    public bool Probe()
    {
        EngineRecord = Engine.IsUp
            ? EngineRecord.Answered(new EngineAnswer(Engine.ProcessName, WallAt(Engine.StartedAt), WallClock, WallClock))
            : EngineRecord.Gone(Engine.ProcessName, WallClock);
        return Engine.IsUp;
    }

    public bool TryLock(Silo silo)
    {
        if (LockOwner is null)
        {
            LockOwner = silo;
            Guard();
        }

        return LockOwner == silo;
    }

    /// <summary>A process of an attempt ended: the engine tells whoever waits for that.</summary>
    public void HearEnd(AttemptKey attempt)
    {
        if (LockOwner is { } silo)
        {
            silo.Later(1, 20, () => silo.Attempts.HearEnd(attempt));
        }
    }

    /// <summary>Starts it for the first time, now or when its time has come.</summary>
    public void Join()
    {
        if (plan.JoinsAt == TimeSpan.Zero)
        {
            Boot();
        }
        else
        {
            world.Agenda.At(plan.JoinsAt, Boot);
        }
    }

    /// <summary>Its warden is told to end; nobody is told where there is none.</summary>
    public void End()
    {
        if (Warden is { IsAlive: true } warden)
        {
            ends = true;
            warden.Receive(warden.End);
        }
    }

    public void BeginAgain()
    {
        ends = false;
        if (IsOn)
        {
            Boot();
        }
    }

    /// <summary>The machine's own supervisor: it starts the warden when nothing of ours lives.</summary>
    public void Boot()
    {
        Guard();
        world.Agenda.After(world.Chance.Seconds(0.5, 3), () =>
        {
            if (IsOn && !ends && Warden is not { IsAlive: true } && !Silos.Exists(each => each.IsAlive))
            {
                StartWarden();
            }
        });
    }

    /// <summary>It goes by the last renewal of whoever enforced the lease before, as that is noted on the host.</summary>
    public void StartWarden()
    {
        if (IsOn && Warden is not { IsAlive: true })
        {
            Warden = new Warden(world, this);
            world.Tell(Name, $"{Warden.Name} begins");
            Guard();
        }
    }

    public void StartSilo(string name)
    {
        if (IsOn && !Silos.Exists(each => each.Name == name && each.IsAlive))
        {
            Silos.RemoveAll(each => each.Name == name);
            Silos.Add(new Silo(world, this, name));
            world.Tell(Name, $"{name} begins");
            Guard();
        }
    }

    public void Ended(Process process)
    {
        if (LockOwner == process)
        {
            LockOwner = null; // The kernel frees it.
        }

        Guard();
        if (process is Warden)
        {
            foreach (var silo in Silos)
            {
                silo.HearWardenEnded();
            }
        }
        else if (Warden is { } warden)
        {
            warden.HearSiloEnded(process.Name);
        }

        if (IsOn && Warden is not { IsAlive: true } && !Silos.Exists(each => each.IsAlive))
        {
            Boot();
        }
    }

    public void PowerOff()
    {
        world.Tell(Name, $"loses its power");
        (IsOn, LostPowerAt) = (false, world.Agenda.Now);
        Engine.LosePower();
        Warden?.Kill();
        foreach (var silo in Silos.ToArray())
        {
            silo.Kill();
        }

        Starts.Clear();
        (RenewedAt, Gate) = (null, null);
    }

    public void PowerOn()
    {
        if (!IsOn)
        {
            world.Tell(Name, $"has power again");
            IsOn = true;
            Engine.Up();
            Boot();
        }
    }

    /// <summary>Notes whether anybody can enforce the lease: the warden, or the silo that has the lock or could take it.</summary>
    public void Guard()
    {
        var isGuarded = !IsOn || Warden is { Acts: true } || (LockOwner is { } owner ? owner.Acts : Silos.Exists(each => each.Acts));
        if (isGuarded && UnguardedSince is not null)
        {
            UnguardedUntil = world.Agenda.Now;
            UnguardedSince = null;
        }
        else if (!isGuarded)
        {
            UnguardedSince ??= world.Agenda.Now;
        }
    }
}
