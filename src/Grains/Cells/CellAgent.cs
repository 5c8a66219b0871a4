using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Grains.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Cells;

/// <summary>Takes orders about attempts for the cell that this process serves.</summary>
internal interface ICellAgent
{
    CellId Cell { get; }

    /// <summary>Whether this process serves the cell whose grain has this key.</summary>
    bool Serves(string key);

    /// <summary>Compares rows, notes and containers now, not only when it is due.</summary>
    Task LookAgain(CancellationToken cancellation);

    /// <summary>Takes an order; never waits. Orders are begun in the sequence in which they came.</summary>
    void Order(AttemptEffect order);

    /// <summary>What these attempts use, as far as they are kept here.</summary>
    Task<ImmutableArray<AttemptUsage>> Measure(ImmutableArray<AttemptKey> attempts);
}

/// <summary>
/// Serves one cell as soon as this process holds the cell's folder: adopts what runs, carries out orders, speaks to placement, and compares the rows with what it knows.
/// Containers belong to this service and never to a grain's activation: an activation's life is not a container's life.
/// </summary>
internal sealed partial class CellAgent : BackgroundService, ICellAgent
{
    private readonly CellServices services;
    private readonly ConcurrentDictionary<AttemptKey, AttemptKeeper> keepers = new();
    private readonly Channel<AttemptEffect> orders = Channel.CreateUnbounded<AttemptEffect>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource serving = new();
    private readonly ServedCell cell;
    private readonly CellIdentity identity;
    private readonly CellVoice voice;
    private readonly CellDrain drain;
    private readonly CellClaim claim;
    private readonly ICellLease lease;
    private readonly TaskCompletionSource journalRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isServing;
    private volatile bool hasAdopted;

    public CellAgent(CellServices services, ICellLease lease)
    {
        this.services = services;
        this.lease = lease;
        cell = new ServedCell(services, lease, serving.Token);
        identity = new CellIdentity(cell);
        drain = new CellDrain(cell, () => keepers.Keys, DisplaceAll);
        voice = new CellVoice(cell, drain);
        claim = new CellClaim(cell);
    }

    public CellId Cell => cell.Id;

    /// <summary>The cell's account of its room.</summary>
    public CellLedger Ledger => cell.Books.Ledger;

    public bool Serves(string key) => isServing && key == Keys.Cell(Cell);

    public Task LookAgain(CancellationToken cancellation) => hasAdopted ? WakeUnknown(cancellation) : Task.CompletedTask;

    public void Order(AttemptEffect order) => orders.Writer.TryWrite(order);

    public async Task<ImmutableArray<AttemptUsage>> Measure(ImmutableArray<AttemptKey> attempts)
    {
        var measured = await cell.Meter.MeasureAll(attempts.Where(keepers.ContainsKey), cell.Serving);
        foreach (var ended in measured.Select(each => each.Attempt).Where(each => !keepers.ContainsKey(each)))
        {
            cell.Meter.Forget(ended); // It was forgotten while it was being measured.
        }

        return measured;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await serving.CancelAsync();
        await base.StopAsync(cancellationToken);

        // Who has no patience left loses nothing: what is under way is noted, and adopted by the next process.
        await Task.WhenAll(keepers.Values.Select(each => each.Ended)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override void Dispose()
    {
        serving.Dispose();
        cell.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Task[] all = [Repeat("hold its folder", token => lease.Run(Compare, token), stoppingToken), Speak(stoppingToken), Serve(stoppingToken)];
        await await Task.WhenAny(all); // None ends before the process does: one that fails must be heard at once.
        await Task.WhenAll(all);
    }

    private async Task Speak(CancellationToken cancellation)
    {
        await lease.Held.WaitAsync(cancellation);
        isServing = true;
        await Repeat("claim its name", claim.Make, cancellation);
        await Repeat("read its journal", ReadJournal, cancellation);
        journalRead.TrySetResult();
        LogServing(services.Logger, Cell, services.Silo);
        await Task.WhenAll(
            Every(services.Options.SpeakEvery, "claim its name", claim.Make, cancellation),
            Every(services.Options.ProbeEvery, "probe the engine", Probe, cancellation),
            voice.Speak(cancellation));
    }

    private async Task Probe(CancellationToken cancellation)
    {
        await cell.WatchEngine(cancellation);
        lease.Probed(cell.Engine.IsUp);
    }

    private async Task ReadJournal(CancellationToken cancellation)
    {
        await cell.Engine.Load(cancellation);
        await cell.Notes.Load(cancellation);
    }

    private async Task Serve(CancellationToken cancellation)
    {
        await lease.Compared.WaitAsync(cancellation);
        await Task.WhenAll(
            Every(services.Options.SpeakEvery, "read what is ordered of it", drain.Look, cancellation),
            Every(services.Options.CompareEvery, "compare rows, notes and containers", WakeUnknown, cancellation),
            CarryOut(cancellation));
    }

    /// <summary>Once for all that ran before, and anew under each epoch of the lease.</summary>
    private async Task Compare(CancellationToken cancellation)
    {
        await journalRead.Task.WaitAsync(cancellation);
        if (hasAdopted)
        {
            await Repeat("compare what there is under its new lease", async token => await Settled(await LookAround(fences: true, token), token), cancellation);
            return;
        }

        await Repeat("adopt what ran before", Adopt, cancellation);
        await Repeat("read what is ordered of it", drain.Look, cancellation);
        hasAdopted = true;
        voice.Trouble = null;
    }

    private void DisplaceAll(string because)
    {
        foreach (var keeper in keepers.Values)
        {
            keeper.Displace(because);
        }
    }

    /// <summary>Orders wait until what ran before is adopted: a stop or a question must find it.</summary>
    private async Task CarryOut(CancellationToken cancellation)
    {
        await foreach (var order in orders.Reader.ReadAllAsync(cancellation))
        {
            switch (order)
            {
                case AttemptEffect.StartAttempt start:
                    Keeper(start.Attempt).Start(cell.Turns.Take());
                    break;
                case AttemptEffect.FindAttempt find:
                    Keeper(find.Attempt).Find();
                    break;
                case AttemptEffect.StopAttempt stop:
                    Keeper(stop.Attempt).Stop();
                    break;
            }
        }
    }

    private AttemptKeeper Keeper(AttemptKey attempt) => keepers.GetOrAdd(attempt, key => new AttemptKeeper(key, cell, Forget));

    private void Forget(AttemptKeeper keeper)
    {
        keepers.TryRemove(KeyValuePair.Create(keeper.Attempt, keeper));
        cell.Meter.Forget(keeper.Attempt);
    }

    /// <summary>State and engine are compared once, before anything else happens: room is given away only when what takes it already is counted.</summary>
    private async Task Adopt(CancellationToken cancellation)
    {
        await cell.Engine.Probe(cancellation);
        var view = await services.Runtime.Describe(cancellation);
        cell.Books.Open(
            new CellCapacity(
                services.Options.MemoryMb > 0 ? services.Options.MemoryMb : view.MemoryMb,
                services.Options.DiskMb > 0 ? services.Options.DiskMb : view.DiskMb),
            $"{view.Version} on {view.Name}");
        await identity.Check(view, cancellation);
        await LookAround(fences: lease.Epoch > 0, cancellation);
        await Settled(keepers.Values, cancellation);
    }

    /// <summary>Looks after everything that has a note or a container here and no keeper.</summary>
    /// <param name="fences">Under a lease that was taken anew also what has a row here and nothing else: it may have been moved by the proof of the end of the one before.</param>
    private async Task<IReadOnlyList<AttemptKeeper>> LookAround(bool fences, CancellationToken cancellation)
    {
        var rows = fences ? await services.Rows.OnCell(Cell, cancellation) : [];
        var containers = await services.Runtime.List(Cell, cancellation);
        var looking = new List<AttemptKeeper>();
        foreach (var attempt in cell.Notes.Noted.Union(containers.Select(each => each.Attempt)).Union(rows.Select(each => each.Attempt)))
        {
            if (!keepers.ContainsKey(attempt))
            {
                var keeper = Keeper(attempt);
                keeper.Find();
                looking.Add(keeper);
            }
        }

        return looking;
    }

    private static Task Settled(IEnumerable<AttemptKeeper> looking, CancellationToken cancellation) => Task.WhenAll(looking.Select(each => each.Settled)).WaitAsync(cancellation);

    /// <summary>Wakes the task or instance of each row on this cell that nobody here keeps: its order may have been lost with a process.</summary>
    private async Task WakeUnknown(CancellationToken cancellation)
    {
        foreach (var row in await services.Rows.OnCell(Cell, cancellation))
        {
            if (!keepers.ContainsKey(row.Attempt))
            {
                await services.Grains.Work(row.Attempt.Work).Wake();
            }
        }

        if (cell.Engine.IsUp)
        {
            await LookAround(fences: false, cancellation);
        }
    }

    private async Task Every(TimeSpan period, string what, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(period, services.Clock);
        do
        {
            await Repeat(what, work, cancellation);
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    /// <summary>Until it works. What does not pass by itself is told once, not with every try.</summary>
    private async Task Repeat(string what, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        var told = "";
        while (true)
        {
            try
            {
                await work(cancellation);
                if (told.Length > 0 && voice.Trouble == told)
                {
                    voice.Trouble = hasAdopted ? null : CellVoice.TakingOver;
                }

                return;
            }
            catch (Exception refused) when (refused is ForeignEngineException or CellServedElsewhereException)
            {
                if (told != refused.Message)
                {
                    told = refused.Message;
                    LogRefused(services.Logger, Cell, told);
                }

                voice.Trouble = refused.Message;
                await Task.Delay(services.Options.CompareEvery, services.Clock, cancellation);
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                if (told != fault.Message)
                {
                    told = fault.Message;
                    LogWillRetry(services.Logger, Cell, what, told);
                }

                await Task.Delay(services.Options.RetryDelay, services.Clock, cancellation);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "{Cell} takes nothing: {Fault}")]
    private static partial void LogRefused(ILogger logger, CellId cell, string fault);

    [LoggerMessage(LogLevel.Information, "{Cell} is served by {Silo}")]
    private static partial void LogServing(ILogger logger, CellId cell, string silo);

    [LoggerMessage(LogLevel.Warning, "{Cell} could not {What}: {Fault}; it is tried again")]
    private static partial void LogWillRetry(ILogger logger, CellId cell, string what, string fault);
}
