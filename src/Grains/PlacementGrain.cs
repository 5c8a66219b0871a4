using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Core.Placement;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Granary.Grains;

/// <summary>
/// The shell around <see cref="Placer"/>. The queue is the PENDING rows; this is a cache of it, read when it activates and kept
/// up by the tasks. A pass runs when something changed that can help: a task came, a cell spoke, a backoff ended. Never by polling;
/// the rows are read again now and then, because what a task wanted to tell may have died with its silo.
/// </summary>
internal sealed partial class PlacementGrain(IWorkRows rows, PlacementOptions options, TimeProvider clock, IServiceProvider services, ILogger<PlacementGrain> logger) : Grain, IPlacementGrain
{
    /// <summary>Null on a single node.</summary>
    private readonly ILeaseStore? leases = services.GetService<ILeaseStore>();
    private readonly DateTimeOffset beganAt = clock.GetUtcNow();
    private readonly SortedSet<QueuedWork> queue = new(Comparer<QueuedWork>.Create(InOrder));
    private readonly Dictionary<Guid, QueuedWork> byWork = [];
    private readonly Dictionary<CellId, KnownCell> cells = [];
    private readonly HashSet<Guid> placing = [];
    private readonly InstancesOnCells instances = new();
    private IGrainTimer? backoff;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        instances.Replace(await rows.Instances(cancellationToken));
        foreach (var work in await rows.Pending(cancellationToken))
        {
            Add(QueuedWork.Of(work));
        }

        this.RegisterGrainTimer(OnReadAgainDue, new GrainTimerCreationOptions(options.ReadAgainEvery, options.ReadAgainEvery) { Interleave = true });
    }

    public Task Enqueue(ImmutableArray<QueuedWork> waiting)
    {
        foreach (var work in waiting)
        {
            Add(work);
        }

        Pass();
        return Task.CompletedTask;
    }

    public Task Withdraw(ImmutableArray<Guid> works)
    {
        foreach (var work in works)
        {
            Remove(work);
            instances.Remove(work);
        }

        Pass(); // Room may have been kept for one of them.
        return Task.CompletedTask;
    }

    public Task Report(CellView cell, ImmutableArray<AttemptKey> settled)
    {
        if (!cells.TryGetValue(cell.Id, out var known))
        {
            cells[cell.Id] = known = new KnownCell(cell);
        }

        if (cell.Server == known.View.Server && cell.Revision < known.View.Revision)
        {
            return Task.CompletedTask;
        }

        known.View = cell;
        known.HeardAt = clock.GetUtcNow();
        known.LostBy = null;
        foreach (var attempt in settled)
        {
            known.Promised.Remove(attempt);
        }

        Pass();
        return Task.CompletedTask;
    }

    public Task Lost(CellId cell, string evidence)
    {
        if (cells.TryGetValue(cell, out var known))
        {
            known.LostBy = evidence;
        }

        return Task.CompletedTask;
    }

    public async Task ReadAgain()
    {
        instances.Replace(await rows.Instances(CancellationToken.None));
        var unknown = false;
        foreach (var work in await rows.Pending(CancellationToken.None))
        {
            if (!byWork.ContainsKey(work.Work) && !placing.Contains(work.Work))
            {
                Add(QueuedWork.Of(work));
                unknown = true;
            }
        }

        if (unknown)
        {
            Pass();
        }
    }

    public Task<string?> Why(Guid work) =>
        Task.FromResult(byWork.TryGetValue(work, out var queued) ? Placer.Explain(queued, Snapshots(), clock.GetUtcNow()) ?? "it is about to be placed" : null);

    public async Task<ImmutableArray<CellView>> Cells()
    {
        var unheard = await Unheard();
        var now = clock.GetUtcNow();
        return [.. cells.Values.Select(each => each.Shown(now, options)).Concat(unheard).OrderBy(each => each.Id.Name, StringComparer.Ordinal)];
    }

    /// <summary>Cells that have a lease and have not spoken since this activation began: what was known of them may have died with a silo.</summary>
    private async Task<IReadOnlyList<CellView>> Unheard()
    {
        try
        {
            var known = leases is null ? [] : (await leases.Read(CancellationToken.None)).Leases;
            return await Task.WhenAll(known.Where(lease => !cells.ContainsKey(lease.Cell)).Select(View));
        }
        catch (Exception fault) when (Faults.Pass(fault))
        {
            LogLeasesUnread(logger, fault.Message); // What is known is better than nothing, while the database is away.
            return [];
        }
    }

    private async Task<CellView> View(LeaseState lease)
    {
        var drain = await GrainFactory.GetGrain<IDrainGrain>(Keys.Drain(lease.Cell)).Get();
        var state = lease.EndEvidence ?? "nothing was heard of it yet";
        return new CellView(lease.Cell, "", lease.Server ?? "", default, default, 0, false, state, beganAt, 0) { Drain = drain, LeaseEpoch = lease.Epoch, ServingEpoch = lease.ServingEpoch };
    }

    /// <summary>The queue's order: oldest first, and within an instant by sequence id.</summary>
    private static int InOrder(QueuedWork left, QueuedWork right)
    {
        var order = left.CreatedAt.CompareTo(right.CreatedAt);
        order = order != 0 ? order : left.SequenceId.CompareTo(right.SequenceId);
        return order != 0 ? order : left.Work.CompareTo(right.Work);
    }

    private void Add(QueuedWork work)
    {
        Remove(work.Work);
        instances.Remove(work.Work); // Who waits holds nothing.
        byWork[work.Work] = work;
        queue.Add(work);
    }

    private void Remove(Guid work)
    {
        if (byWork.Remove(work, out var queued))
        {
            queue.Remove(queued);
        }
    }

    private void Pass()
    {
        if (queue.Count == 0)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var pass = Placer.Place([.. queue], Snapshots(), now);
        foreach (var choice in pass.Choices)
        {
            var queued = byWork[choice.Work];
            Remove(choice.Work);
            placing.Add(choice.Work);
            var cell = cells[choice.Cell];
            cell.Promised[new AttemptKey(choice.Work, choice.Attempt)] = new Promise(queued.Wanted, now);
            if (queued.Process is { } process)
            {
                instances.Put(choice.Work, process, choice.Cell);
            }

            var wait = now - queued.WaitsSince;
            var waited = wait >= options.WaitWorthTelling ? $"it waited {wait.TotalSeconds:0.0} s for room" : null;
            cell.Placing = PlaceAfter(cell.Placing, queued, choice, waited);
        }

        backoff?.Dispose();
        backoff = pass.NextAt is { } next ? this.RegisterGrainTimer(OnBackoffEnded, new GrainTimerCreationOptions(Longer(next - now), Timeout.InfiniteTimeSpan) { Interleave = true }) : null;
    }

    private async Task OnReadAgainDue(CancellationToken cancellation)
    {
        try
        {
            await ReadAgain();
        }
        catch (Exception fault) when (Faults.Pass(fault))
        {
            LogReadAgainFailed(logger, fault); // The next time is never far.
        }
    }

    private Task OnBackoffEnded(CancellationToken cancellation)
    {
        Pass();
        return Task.CompletedTask;
    }

    /// <summary>A timer that fires a moment early would find the backoff not quite over and spin.</summary>
    private static TimeSpan Longer(TimeSpan delay) => delay + TimeSpan.FromMilliseconds(5);

    /// <summary>Choices for one cell are told one after the other, so that tasks start in the order in which they were submitted.</summary>
    private async Task PlaceAfter(Task before, QueuedWork queued, PlacementChoice choice, string? waited)
    {
        await before;
        var attempt = new AttemptKey(choice.Work, choice.Attempt);
        try
        {
            if (!await GrainFactory.Work(choice.Work).Place(choice.Attempt, choice.Cell, waited))
            {
                instances.Remove(choice.Work);
                Free(choice, attempt); // Cancelled meanwhile, or the choice was stale.
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The outcome is unknown: the row tells. The task's own wake-up and the cell's comparison mend what this leaves. A bug in one
            // task must not keep the ones behind it from their cell.
            LogPlaceFailed(logger, choice.Work, choice.Cell, fault);
            Free(choice, attempt);
            await Requeue(queued);
        }
        finally
        {
            placing.Remove(choice.Work);
        }
    }

    /// <summary>What was promised to a choice that came to nothing can help others at once.</summary>
    private void Free(PlacementChoice choice, AttemptKey attempt)
    {
        if (cells[choice.Cell].Promised.Remove(attempt))
        {
            Pass();
        }
    }

    private async Task Requeue(QueuedWork queued)
    {
        try
        {
            if (await rows.Find(queued.Work, CancellationToken.None) is { IsWaiting: true } work)
            {
                Add(QueuedWork.Of(work) with { NotBefore = clock.GetUtcNow() + options.RetryDelay });
            }
        }
        catch (Exception fault) when (Faults.Pass(fault))
        {
            LogRequeueFailed(logger, queued.Work, fault);
            Add(queued with { NotBefore = clock.GetUtcNow() + options.RetryDelay }); // Harmless if it was placed: the number is then used up.
        }

        Pass();
    }

    private List<CellSnapshot> Snapshots()
    {
        var now = clock.GetUtcNow();
        return [.. cells.Values.Select(each => each.Snapshot(now, options) with { Instances = instances.On(each.View.Id) })];
    }

    private readonly record struct Promise(CellCapacity Wanted, DateTimeOffset At);

    /// <summary>A cell as placement knows it: its own last word, less what was promised since.</summary>
    private sealed class KnownCell(CellView view)
    {
        public CellView View { get; set; } = view;

        public DateTimeOffset HeardAt { get; set; }

        /// <summary>What proves that its lease has ended; null if nothing does, or it has spoken since.</summary>
        public string? LostBy { get; set; }

        public Dictionary<AttemptKey, Promise> Promised { get; } = [];

        public Task Placing { get; set; } = Task.CompletedTask;

        /// <summary>What it said last, unless it is lost or silent since.</summary>
        public CellView Shown(DateTimeOffset now, PlacementOptions options) => WhySilent(now, options) is { } words ? View with { EngineUp = false, State = words, Since = HeardAt } : View;

        public CellSnapshot Snapshot(DateTimeOffset now, PlacementOptions options)
        {
            foreach (var (attempt, promise) in Promised)
            {
                if (now - promise.At > options.PromiseKept)
                {
                    Promised.Remove(attempt);
                }
            }

            var free = Promised.Values.Aggregate(View.Free, (left, promise) => left - promise.Wanted);
            var whyNot = WhySilent(now, options) ?? View.WhyNot;
            return new CellSnapshot(View.Id, View.Total, free, whyNot is null, whyNot, Segment: View.Segment);
        }

        private string? WhySilent(DateTimeOffset now, PlacementOptions options) =>
            LostBy ?? (now - HeardAt > options.SilentAfter ? $"nothing was heard of it for {(now - HeardAt).TotalSeconds:0} s" : null);
    }
}
