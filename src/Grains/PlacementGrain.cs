using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Core.Placement;
using Granary.Core.Tasks;
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
internal sealed partial class PlacementGrain(ITaskRows rows, PlacementOptions options, TimeProvider clock, IServiceProvider services, ILogger<PlacementGrain> logger) : Grain, IPlacementGrain
{
    /// <summary>Null on a single node.</summary>
    private readonly ILeaseStore? leases = services.GetService<ILeaseStore>();
    private readonly DateTimeOffset beganAt = clock.GetUtcNow();
    private readonly SortedSet<QueuedTask> queue = new(Comparer<QueuedTask>.Create(InOrder));
    private readonly Dictionary<TaskId, QueuedTask> byTask = [];
    private readonly Dictionary<CellId, KnownCell> cells = [];
    private readonly HashSet<TaskId> placing = [];
    private IGrainTimer? backoff;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var task in await rows.Pending(cancellationToken))
        {
            Add(Queued(task));
        }

        this.RegisterGrainTimer(OnReadAgainDue, new GrainTimerCreationOptions(options.ReadAgainEvery, options.ReadAgainEvery) { Interleave = true });
    }

    public Task Enqueue(ImmutableArray<QueuedTask> tasks)
    {
        foreach (var task in tasks)
        {
            Add(task);
        }

        Pass();
        return Task.CompletedTask;
    }

    public Task Withdraw(ImmutableArray<TaskId> tasks)
    {
        foreach (var task in tasks)
        {
            Remove(task);
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
        var unknown = false;
        foreach (var task in await rows.Pending(CancellationToken.None))
        {
            if (!byTask.ContainsKey(task.Id) && !placing.Contains(task.Id))
            {
                Add(Queued(task));
                unknown = true;
            }
        }

        if (unknown)
        {
            Pass();
        }
    }

    public Task<string?> Why(TaskId task) =>
        Task.FromResult(byTask.TryGetValue(task, out var queued) ? Placer.Explain(queued, Snapshots(), clock.GetUtcNow()) ?? "it is about to be placed" : null);

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
    private static int InOrder(QueuedTask left, QueuedTask right)
    {
        var order = left.CreatedAt.CompareTo(right.CreatedAt);
        order = order != 0 ? order : left.SequenceId.CompareTo(right.SequenceId);
        return order != 0 ? order : left.Task.Value.CompareTo(right.Task.Value);
    }

    /// <summary>What placement needs to know of a PENDING task.</summary>
    internal static QueuedTask Queued(TaskState task) => new(
        task.Id,
        task.Attempt + 1,
        new CellCapacity(task.Spec!.MemoryMb, task.Spec.DiskMb),
        task.CreatedAt,
        task.SequenceId,
        task.NotBefore,
        LastCell(task),
        GivenBackAt(task));

    /// <summary>The cell of the attempt before, from the task's story: its row holds none while it waits.</summary>
    private static CellId? LastCell(TaskState task) =>
        task.Story.Entries.LastOrDefault(each => each.Cell is not null && each.Attempt == task.Attempt) is { Cell: { } name } ? new CellId(name) : null;

    /// <summary>When the attempt before ended, from the story: its only entry without a cell. Other changes of the row, such as new labels, are none of the queue's business.</summary>
    private static DateTimeOffset? GivenBackAt(TaskState task) =>
        task.Attempt == 0 ? null : task.Story.Entries.LastOrDefault(each => each.Cell is null && each.Attempt == task.Attempt)?.At;

    private void Add(QueuedTask task)
    {
        Remove(task.Task);
        byTask[task.Task] = task;
        queue.Add(task);
    }

    private void Remove(TaskId task)
    {
        if (byTask.Remove(task, out var queued))
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
            var queued = byTask[choice.Task];
            Remove(choice.Task);
            placing.Add(choice.Task);
            var cell = cells[choice.Cell];
            cell.Promised[new AttemptKey(choice.Task.Value, choice.Attempt)] = new Promise(queued.Wanted, now);
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
    private async Task PlaceAfter(Task before, QueuedTask queued, PlacementChoice choice, string? waited)
    {
        await before;
        var attempt = new AttemptKey(choice.Task.Value, choice.Attempt);
        try
        {
            if (!await GrainFactory.GetGrain<ITaskGrain>(Keys.Task(choice.Task)).Place(choice.Attempt, choice.Cell, waited))
            {
                Free(choice, attempt); // Cancelled meanwhile, or the choice was stale.
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The outcome is unknown: the row tells. The task's own wake-up and the cell's comparison mend what this leaves. A bug in one
            // task must not keep the ones behind it from their cell.
            LogPlaceFailed(logger, choice.Task, choice.Cell, fault);
            Free(choice, attempt);
            await Requeue(queued);
        }
        finally
        {
            placing.Remove(choice.Task);
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

    private async Task Requeue(QueuedTask queued)
    {
        try
        {
            if (await rows.Find(queued.Task.Value, CancellationToken.None) is { Phase: TaskPhase.Pending } task)
            {
                Add(Queued(task) with { NotBefore = clock.GetUtcNow() + options.RetryDelay });
            }
        }
        catch (Exception fault) when (Faults.Pass(fault))
        {
            LogRequeueFailed(logger, queued.Task, fault);
            Add(queued with { NotBefore = clock.GetUtcNow() + options.RetryDelay }); // Harmless if it was placed: the number is then used up.
        }

        Pass();
    }

    private List<CellSnapshot> Snapshots()
    {
        var now = clock.GetUtcNow();
        return [.. cells.Values.Select(each => each.Snapshot(now, options))];
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
            return new CellSnapshot(View.Id, View.Total, free, whyNot is null, whyNot);
        }

        private string? WhySilent(DateTimeOffset now, PlacementOptions options) =>
            LostBy ?? (now - HeardAt > options.SilentAfter ? $"nothing was heard of it for {(now - HeardAt).TotalSeconds:0} s" : null);
    }
}
