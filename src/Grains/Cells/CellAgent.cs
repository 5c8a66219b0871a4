using System.Collections.Concurrent;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Cells;

/// <summary>Takes orders about attempts for the cell that this process serves.</summary>
internal interface ICellAgent
{
    CellId Cell { get; }

    void Order(TaskEffect order);
}

/// <summary>
/// Serves one cell: adopts what runs, carries out orders, speaks to placement, and compares the tasks' rows with what it knows.
/// Containers belong to this service and never to a grain's activation: an activation's life is not a container's life.
/// </summary>
internal sealed partial class CellAgent : BackgroundService, ICellAgent
{
    private readonly CellServices services;
    private readonly ConcurrentDictionary<AttemptKey, AttemptKeeper> keepers = new();
    private readonly CellBooks books;
    private readonly EngineWatch engine;
    private readonly CancellationTokenSource serving = new();
    private readonly Guid process = Guid.NewGuid();
    private readonly TaskCompletionSource adopted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long revision;

    public CellAgent(CellServices services)
    {
        this.services = services;
        Cell = new CellId(services.Options.Name);
        books = new CellBooks();
        engine = new EngineWatch(services.Runtime, services.Journal, services.Clock);
    }

    public CellId Cell { get; }

    public void Order(TaskEffect order) => _ = Carry(order, serving.Token);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await serving.CancelAsync();
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(keepers.Values.Select(each => each.Ended)).WaitAsync(cancellationToken);
    }

    public override void Dispose()
    {
        serving.Dispose();
        engine.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await engine.Load(stoppingToken);
        await Repeat("adopt", Adopt, stoppingToken);
        adopted.TrySetResult();
        await Task.WhenAll(
            Every(services.Options.ProbeEvery, "probe the engine", Watch, stoppingToken),
            Every(services.Options.CompareEvery, "compare rows and journal", Compare, stoppingToken),
            Speak(stoppingToken));
    }

    /// <summary>Orders wait until what ran before is adopted: a stop or a question must find it.</summary>
    private async Task Carry(TaskEffect order, CancellationToken cancellation)
    {
        await adopted.Task.WaitAsync(cancellation);
        switch (order)
        {
            case TaskEffect.StartAttempt start:
                Keeper(start.Attempt).Start();
                break;
            case TaskEffect.FindAttempt find:
                Keeper(find.Attempt).Find();
                break;
            case TaskEffect.StopAttempt stop:
                Keeper(stop.Attempt).Stop();
                break;
        }
    }

    private AttemptKeeper Keeper(AttemptKey attempt) => keepers.GetOrAdd(attempt, key => new AttemptKeeper(key, Cell, services, engine, books, Forget, serving.Token));

    private void Forget(AttemptKey attempt) => keepers.TryRemove(attempt, out _);

    /// <summary>State and engine are compared once, before anything else happens.</summary>
    private async Task Adopt(CancellationToken cancellation)
    {
        await engine.Probe(cancellation);
        var view = await services.Runtime.Describe(cancellation);
        await CheckMarker(view, cancellation);
        books.Open(new CellCapacity(
            services.Options.MemoryMb > 0 ? services.Options.MemoryMb : view.MemoryMb,
            services.Options.DiskMb > 0 ? services.Options.DiskMb : view.DiskMb), $"{view.Version} on {view.Name}");
        foreach (var entry in await services.Journal.Entries(cancellation))
        {
            Keeper(entry.Attempt).Adopt(entry);
        }

        foreach (var container in await services.Runtime.List(Cell, cancellation))
        {
            Keeper(container.Attempt).Adopt(null);
        }
    }

    /// <summary>The engine's own id is no identity, so the cell keeps a mark of its own on both sides. One that is missing beside containers of ours is rewritten, not believed.</summary>
    private async Task CheckMarker(EngineView view, CancellationToken cancellation)
    {
        var marker = await services.Journal.Marker(cancellation);
        if (marker is null)
        {
            marker = view.Marker ?? Guid.NewGuid().ToString("N");
            await services.Journal.WriteMarker(marker, cancellation);
        }

        if (view.Marker != marker)
        {
            LogMarked(services.Logger, Cell, view.Marker, marker);
            await services.Runtime.Mark(marker, cancellation);
        }
    }

    private async Task Watch(CancellationToken cancellation)
    {
        var wasUp = engine.IsUp;
        try
        {
            await engine.Probe(cancellation);
        }
        catch (EngineUnavailableException)
        {
            // The watch has noted it, and the cell's view says it.
        }

        if (wasUp != engine.IsUp)
        {
            books.Touch();
        }
    }

    /// <summary>Wakes the task of each row on this cell that nobody here keeps: its order may have been lost with a process.</summary>
    private async Task Compare(CancellationToken cancellation)
    {
        foreach (var row in await services.Rows.OnCell(Cell, cancellation))
        {
            if (!keepers.ContainsKey(row.Attempt))
            {
                await services.Grains.GetGrain<ITaskGrain>(Keys.Task(new TaskId(row.Attempt.Work))).Wake();
            }
        }
    }

    /// <summary>Says how the cell is: each second, and at once when something changed. One word at a time, so changes gather while one is under way.</summary>
    private async Task Speak(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var settled = books.TakeSettled();
            try
            {
                await services.Grains.GetGrain<IPlacementGrain>(Keys.Placement).Report(View(), settled);
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillRetry(services.Logger, "speak to placement", fault.Message);
                books.ReturnSettled(settled);
                await Task.Delay(services.Options.RetryDelay, services.Clock, cancellation);
            }

            await books.Changed(services.Options.SpeakEvery, services.Clock, cancellation);
        }
    }

    private CellView View()
    {
        var ledger = books.Ledger;
        return new CellView(
            Cell,
            books.Engine,
            process.ToString("N"),
            ledger.Total,
            ledger.Reserved,
            ledger.Entries.Count,
            engine.IsUp,
            engine.IsUp ? "up" : $"its engine does not answer: {engine.Trouble}",
            engine.Since,
            ++revision);
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

    private async Task Repeat(string what, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await work(cancellation);
                return;
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillRetry(services.Logger, what, fault.Message);
                await Task.Delay(services.Options.RetryDelay, services.Clock, cancellation);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Could not {What}: {Fault}; it is tried again")]
    private static partial void LogWillRetry(ILogger logger, string what, string fault);

    [LoggerMessage(LogLevel.Warning, "The engine of {Cell} carried the mark {Found}; it is {Expected} now")]
    private static partial void LogMarked(ILogger logger, CellId cell, string? found, string expected);
}
