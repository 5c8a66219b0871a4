using System.Diagnostics;
using System.Threading.Channels;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Grains;
using Granary.Grains.Ports;

namespace Granary.Silo.Wardens;

/// <summary>What an enforcer works with on its host.</summary>
internal sealed record EnforcerParts(ILeaseStore Store, ICellGroup Group, IKillNotes Notes, StartsInFlight Starts, StartGate Gate, LastRenewal LastRenewal, ILogger Logger);

/// <summary>
/// The shell around <see cref="WardenMachine"/>, in the process of a warden or of the silo that stands in for one: one event after another is decided on, and
/// what is ordered comes back as events.
/// </summary>
internal sealed partial class Enforcer
{
    /// <summary>Several times in each time of the policy.</summary>
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Writes under way. A database that hangs has them all, and a further one would only wait with them.</summary>
    private const int WritesMax = 6;

    private readonly CellId cell;
    private readonly EnforcerParts parts;
    private readonly LeasePolicy policy;
    private readonly Channel<WardenEvent> events = Channel.CreateUnbounded<WardenEvent>(new UnboundedChannelOptions { SingleReader = true });
    /// <summary>What this stop may kill.</summary>
    private readonly HashSet<AttemptKey> noted = [];

    /// <summary>What had a process in the group during this stop: its start got through.</summary>
    private readonly HashSet<AttemptKey> seen = [];
    private readonly Outage outage = new();
    private volatile WardenState state;
    private int writes;
    private Task hostWork = Task.CompletedTask;

    /// <param name="holder">Names this process in the lease's row.</param>
    /// <param name="sentAt">When the last acknowledged renewal of the process before it was sent; null when there was none, or it is not known.</param>
    public Enforcer(CellId cell, string holder, LeasePolicy policy, EnforcerParts parts, TimeSpan? sentAt, IEnumerable<string> silos)
    {
        this.cell = cell;
        this.policy = policy;
        this.parts = parts;
        state = WardenMachine.Start(cell, holder, HostClock.Now, sentAt, silos);
    }

    public long Epoch => state.Epoch;

    /// <summary>From before the last acknowledged renewal, while the lease may be used.</summary>
    public TimeSpan? LeasedSince => state is { Phase: WardenPhase.Leased, SentAt: var sentAt } ? sentAt : null;

    /// <summary>Asks a member whether it reaches the database.</summary>
    public required Action<CellId, Action<bool>> Ask { get; init; }

    public Action<string> KillSilo { get; init; } = _ => throw new UnreachableException("A silo that stands in watches no silos.");

    public Action<string> StartSilo { get; init; } = _ => throw new UnreachableException("A silo that stands in watches no silos.");

    public void Post(WardenEvent @event) => events.Writer.TryWrite(@event);

    /// <summary>Enforces the lease until another process has taken it over, or everything was stopped on request, or it is cancelled.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ticking = Tick(ending.Token);
        try
        {
            await foreach (var @event in events.Reader.ReadAllAsync(cancellation))
            {
                Decide(@event, ending.Token);
                if (state.Phase == WardenPhase.StoodDown)
                {
                    return;
                }
            }
        }
        finally
        {
            await ending.CancelAsync();
            await ticking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await hostWork.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // What it froze or killed must not go on behind the next one's back.
        }
    }

    private async Task Tick(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TickEvery);
        do
        {
            if (state.Phase == WardenPhase.Seeking && parts.LastRenewal.Within(policy.StopAfter) is { } sentAt)
            {
                Post(new WardenEvent.RenewalSeen(HostClock.Now, sentAt));
            }

            if (state.Phase == WardenPhase.Leased && parts.Group.IsFrozen)
            {
                Post(new WardenEvent.FoundFrozen(HostClock.Now));
            }

            Post(new WardenEvent.Ticked(HostClock.Now));
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private void Decide(WardenEvent @event, CancellationToken cancellation)
    {
        var before = state;
        var decision = WardenMachine.Decide(before, @event, policy);
        if (LeaseInvariants.Check(before, @event, decision, policy) is { IsEmpty: false } broken)
        {
            throw new UnreachableException($"{@event} would break {string.Join("; ", broken)}");
        }

        state = decision.Next;
        Tell(before, state);
        foreach (var effect in decision.Effects)
        {
            Act(effect, cancellation);
        }
    }

    private void Tell(WardenState before, WardenState after)
    {
        if (before.Phase != after.Phase)
        {
            LogPhase(parts.Logger, after.IsStopping ? LogLevel.Warning : LogLevel.Information, cell, after.Phase, after.Epoch, (HostClock.Now - after.SentAt).TotalSeconds);
        }

        if (before.HoldingSince is null && after.HoldingSince is not null)
        {
            LogHolds(parts.Logger, cell);
        }

        if (after.Phase == WardenPhase.Leased && before.SentAt != after.SentAt)
        {
            parts.LastRenewal.Write(after.SentAt);
        }

        if (after.Gate is { } epoch && (before.Gate, before.SentAt) != (epoch, after.SentAt))
        {
            parts.Gate.Write(epoch); // Before the effects: what runs and what is being started is looked for behind a closed gate.
        }
    }

    private void Act(WardenEffect effect, CancellationToken cancellation)
    {
        switch (effect)
        {
            case WardenEffect.Write write:
                _ = Write(write.Event, cancellation);
                break;
            case WardenEffect.Ask ask:
                var askedAt = HostClock.Now;
                Ask(ask.Member, reaches => Post(new WardenEvent.Answered(HostClock.Now, askedAt, ask.Member, reaches)));
                break;
            case WardenEffect.KillSilo kill:
                KillSilo(kill.Silo);
                break;
            case WardenEffect.StartSilo start:
                StartSilo(start.Silo);
                break;
            case WardenEffect.Thaw:
                hostWork = ThawAfter(hostWork); // What was under way may still kill.
                break;
            case WardenEffect.StandDown:
                break; // The loop sees the phase and ends.
            default:
                OnHost(effect, cancellation);
                break;
        }
    }

    /// <summary>One at a time; each is ordered again with every tick until it has come back as an event.</summary>
    private void OnHost(WardenEffect effect, CancellationToken cancellation)
    {
        if (hostWork.IsCompleted)
        {
            hostWork = Task.Run(() => ActOnHost(effect, cancellation), cancellation);
        }
    }

    private async Task ActOnHost(WardenEffect effect, CancellationToken cancellation)
    {
        try
        {
            switch (effect)
            {
                case WardenEffect.Freeze:
                    await parts.Group.Freeze(cancellation);
                    seen.UnionWith(parts.Group.Attempts());
                    Post(new WardenEvent.Frozen(HostClock.Now, [.. seen.Union(parts.Starts.Attempts)])); // What is being started has no name in the group yet.
                    break;
                case WardenEffect.NoteKills note:
                    await parts.Notes.Note(note.Attempts, DateTimeOffset.UtcNow, note.IsOutlived, cancellation);
                    noted.UnionWith(note.Attempts);
                    LogKills(parts.Logger, cell, string.Join(", ", note.Attempts));
                    Post(new WardenEvent.KillsNoted(HostClock.Now));
                    break;
                case WardenEffect.KillAll:
                    var left = parts.Group.Kill(noted);
                    seen.UnionWith(left);
                    Post(new WardenEvent.Swept(HostClock.Now, left, parts.Starts.Count(seen) + (parts.Group.IsEmpty ? 0 : 1))); // A process that the kernel cannot end yet may be of a start.
                    break;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogHostFailed(parts.Logger, cell, effect, fault); // It is ordered again with the next tick: what cannot be stopped is never confirmed.
        }
    }

    private async Task ThawAfter(Task work)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        noted.Clear();
        seen.Clear();
        parts.Group.Thaw();
    }

    private async Task Write(LeaseEvent write, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref writes) > WritesMax)
        {
            Interlocked.Decrement(ref writes);
            return;
        }

        try
        {
            var sentAt = HostClock.Now;
            var answer = await parts.Store.Write(cell, write, cancellation);
            Post(new WardenEvent.Wrote(HostClock.Now, sentAt, write, answer.IsDone, answer.Lease, answer.Roster));
            outage.Ended();
        }
        catch (Exception fault) when (Faults.Pass(fault))
        {
            if (outage.Begins())
            {
                LogNotWritten(parts.Logger, cell, fault.Message);
            }
        }
        finally
        {
            Interlocked.Decrement(ref writes);
        }
    }

    [LoggerMessage("{Cell}: {Phase}, epoch {Epoch}, {Silence:0.00} s after the last renewal")]
    private static partial void LogPhase(ILogger logger, LogLevel level, CellId cell, WardenPhase phase, long epoch, double silence);

    [LoggerMessage(LogLevel.Warning, "{Cell} holds without its lease being renewed: nobody on the roster reaches the database")]
    private static partial void LogHolds(ILogger logger, CellId cell);

    [LoggerMessage(LogLevel.Warning, "{Cell}: these are killed: {Attempts}")]
    private static partial void LogKills(ILogger logger, CellId cell, string attempts);

    [LoggerMessage(LogLevel.Error, "{Cell} could not carry out {Effect}; it is tried again")]
    private static partial void LogHostFailed(ILogger logger, CellId cell, WardenEffect effect, Exception fault);

    [LoggerMessage(LogLevel.Warning, "The lease of {Cell} could not be written: {Fault}; it is tried again")]
    private static partial void LogNotWritten(ILogger logger, CellId cell, string fault);
}
