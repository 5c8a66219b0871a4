using System.Diagnostics;
using System.Threading.Channels;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Grains.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Granary.Grains.Cells;

/// <summary>The shell around <see cref="ServingMachine"/>: one event after another is decided on, and what is ordered comes back as events.</summary>
internal sealed partial class CellLease : ICellLease, IDisposable
{
    /// <summary>Several times in each time of the policy.</summary>
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>No epoch.</summary>
    private const long None = -1;

    private readonly ILeaseStore store;
    private readonly IWardenLink link;
    private readonly CellSuccession succession;
    private readonly ILogger<CellLease> logger;
    private readonly CellId cell;
    private readonly string server;
    private readonly Channel<ServingEvent> events = Channel.CreateUnbounded<ServingEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource compared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim comparing = new(1);
    private readonly Outage outage = new();
    private volatile ServingState state;
    private Task locking = Task.CompletedTask;
    private long comparingUnder = None;

    public CellLease(ILeaseStore store, IWardenLink link, CellSuccession succession, IOptions<CellOptions> options, ILocalSiloDetails silo, ILogger<CellLease> logger)
    {
        this.store = store;
        this.link = link;
        this.succession = succession;
        this.logger = logger;
        cell = new CellId(options.Value.Name);
        server = silo.Name;
        state = ServingMachine.Start(cell, server, null);
    }

    public Task Held => held.Task;

    public Task Compared => compared.Task;

    public long Epoch => state.LeaseEpoch;

    public long ServingEpoch => state.ServingEpoch;

    public DateTimeOffset? EndsAt => link.EndsAt;

    public string? Trouble => state switch
    {
        { LeaseSentAt: null } => "it has no lease",
        { Phase: not ServingPhase.Serving } => CellVoice.TakingOver,
        _ when !MayStart(state.LeaseEpoch) => "its lease is not renewed in time",
        _ => null,
    };

    public bool MayStart(long beganUnder) => ServingMachine.MayStart(state, link.Gate, beganUnder, link.Now, link.Policy);

    public void Probed(bool engineAnswers) => Post(new ServingEvent.EngineProbed(link.Now, engineAnswers));

    public async Task Run(Func<CancellationToken, Task> compare, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // The line to a warden that lives is not there at once: it is given as long again as a warden may be silent.
        state = ServingMachine.Start(cell, server, link.HasWarden ? link.Now + link.Policy.WardenSilentAfter : null);
        var running = new[] { link.Run(Post, ending.Token), Tick(ending.Token), Decide(compare, ending.Token) };
        await await Task.WhenAny(running);
        await ending.CancelAsync(); // None of them ends by itself: the first that does takes the others with it.
        await Task.WhenAll(running);
    }

    public void Dispose() => comparing.Dispose();

    private void Post(ServingEvent @event) => events.Writer.TryWrite(@event);

    private async Task Tick(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TickEvery);
        do
        {
            Post(new ServingEvent.Ticked(link.Now));
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private async Task Decide(Func<CancellationToken, Task> compare, CancellationToken cancellation)
    {
        await foreach (var @event in events.Reader.ReadAllAsync(cancellation))
        {
            if (@event is ServingEvent.Ticked)
            {
                link.Beat();
            }

            var before = state;
            var decision = ServingMachine.Decide(before, @event, link.Policy);
            if (LeaseInvariants.Check(before, decision) is { IsEmpty: false } broken)
            {
                throw new UnreachableException($"{@event} would break {string.Join("; ", broken)}");
            }

            state = decision.Next;
            Tell(before, state);
            foreach (var effect in decision.Effects)
            {
                Act(effect, compare, cancellation);
            }
        }
    }

    private void Tell(ServingState before, ServingState after)
    {
        if (before.Phase != after.Phase)
        {
            LogPhase(logger, cell, after.Phase, after.LeaseEpoch, after.ServingEpoch);
        }

        if (before.Phase == ServingPhase.Waiting && after.Phase != ServingPhase.Waiting)
        {
            held.TrySetResult();
        }

        if (after.Phase == ServingPhase.Serving)
        {
            compared.TrySetResult();
        }
    }

    private void Act(ServingEffect effect, Func<CancellationToken, Task> compare, CancellationToken cancellation)
    {
        switch (effect)
        {
            case ServingEffect.TryLock when locking.IsCompleted:
                locking = TryLock(cancellation);
                break;
            case ServingEffect.Write write:
                _ = Write(write.Event, cancellation);
                break;
            case ServingEffect.Compare order when order.LeaseEpoch != comparingUnder:
                comparingUnder = order.LeaseEpoch;
                _ = Compare(order.LeaseEpoch, compare, cancellation);
                break;
            case ServingEffect.StandIn stand:
                LogStandsIn(logger, cell);
                link.StandIn(stand.SentAt);
                break;
            case ServingEffect.KillWarden:
                link.KillWarden();
                break;
            case ServingEffect.StartWarden:
                link.StartWarden();
                break;
        }
    }

    private async Task TryLock(CancellationToken cancellation)
    {
        try
        {
            if (await succession.TryCome(cancellation))
            {
                Post(new ServingEvent.Locked(link.Now));
            }
        }
        catch (Exception fault) when (Faults.Pass(fault))
        {
            LogWillRetry(logger, cell, "hold its folder", fault.Message); // With the next tick.
        }
    }

    private async Task Write(LeaseEvent write, CancellationToken cancellation)
    {
        try
        {
            var answer = await store.Write(cell, write, cancellation);
            Post(new ServingEvent.Wrote(link.Now, write, answer.IsDone, answer.Lease));
            outage.Ended();
        }
        catch (Exception fault) when (Faults.Pass(fault))
        {
            if (outage.Begins())
            {
                LogWillRetry(logger, cell, "say that it is served", fault.Message);
            }
        }
    }

    private async Task Compare(long epoch, Func<CancellationToken, Task> compare, CancellationToken cancellation)
    {
        await comparing.WaitAsync(cancellation);
        try
        {
            if (epoch == Epoch)
            {
                await compare(cancellation);
                Post(new ServingEvent.Compared(link.Now, epoch));
            }
        }
        finally
        {
            comparingUnder = None; // The machine asks again as long as it waits.
            comparing.Release();
        }
    }

    [LoggerMessage(LogLevel.Information, "{Cell}: {Phase}, epoch {Epoch} of the lease, serving epoch {ServingEpoch}")]
    private static partial void LogPhase(ILogger logger, CellId cell, ServingPhase phase, long epoch, long servingEpoch);

    [LoggerMessage(LogLevel.Information, "{Cell}: its warden is not heard; this silo enforces the lease itself")]
    private static partial void LogStandsIn(ILogger logger, CellId cell);

    [LoggerMessage(LogLevel.Warning, "{Cell} could not {What}: {Fault}; it is tried again")]
    private static partial void LogWillRetry(ILogger logger, CellId cell, string what, string fault);
}
