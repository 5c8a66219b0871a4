using Granary.Core.Cells;
using Granary.Grains.Contracts;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Cells;

/// <summary>Tells placement how the cell is: each second, and at once when something changed. One word at a time, so changes gather while one is under way.</summary>
internal sealed partial class CellVoice(ServedCell cell, CellDrain drain)
{
    /// <summary>Said until what there is was compared with the rows.</summary>
    public const string TakingOver = "what ran before is being taken over";

    private readonly CellServices services = cell.Services;
    private string? trouble = TakingOver;
    private DateTimeOffset troubleSince = cell.Services.Clock.GetUtcNow();
    private long revision;

    /// <summary>Why the cell takes nothing, apart from its engine; null when it takes what comes.</summary>
    public string? Trouble
    {
        get => Volatile.Read(ref trouble);
        set
        {
            if (value != trouble)
            {
                troubleSince = services.Clock.GetUtcNow();
                Volatile.Write(ref trouble, value);
                cell.Books.Touch();
            }
        }
    }

    public async Task Speak(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var settled = cell.Books.TakeSettled();
            try
            {
                await services.Grains.GetGrain<IPlacementGrain>(Keys.Placement).Report(View(), settled);
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillRetry(services.Logger, cell.Id, fault.Message);
                cell.Books.ReturnSettled(settled);
                await Task.Delay(services.Options.RetryDelay, services.Clock, cancellation);
                continue;
            }

            await cell.Books.Changed(services.Options.SpeakEvery, services.Clock, cancellation);
        }
    }

    private CellView View()
    {
        var ledger = cell.Books.Ledger;
        var engine = cell.Engine;
        var order = drain.Known;
        var (isUp, state, since) = (Trouble ?? cell.Lease.Trouble, engine.IsUp) switch
        {
            (_, false) => (false, $"its engine does not answer: {engine.Trouble}", engine.Since),
            ({ } words, true) => (false, words, troubleSince),
            _ when order.TakesNothing => (true, order.Word, order.Since!.Value),
            _ => (true, "up", engine.Since),
        };
        return new CellView(cell.Id, cell.Books.Engine, services.Silo, ledger.Total, ledger.Reserved, ledger.Entries.Count, isUp, state, since, ++revision)
        {
            Drain = order,
            Segment = cell.Segment,
            LeaseEpoch = cell.Lease.Epoch,
            ServingEpoch = cell.Lease.ServingEpoch,
        };
    }

    [LoggerMessage(LogLevel.Warning, "{Cell} could not speak to placement: {Fault}; it is tried again")]
    private static partial void LogWillRetry(ILogger logger, CellId cell, string fault);
}
