using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Grains.Ports;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Cells;

/// <summary>The cell as this process serves it: what the keepers of its attempts share.</summary>
internal sealed partial class ServedCell(CellServices services, ICellLease lease, CancellationToken serving) : IDisposable
{
    public CellId Id { get; } = new(services.Options.Name);

    /// <summary>Null for the shared one.</summary>
    public string? Segment { get; } = CellSegment.Named(services.Options.Segment);

    public CellServices Services => services;

    public ICellLease Lease => lease;

    public CellBooks Books { get; } = new();

    public CellNotes Notes { get; } = new(services.Journal);

    public EngineWatch Engine { get; } = new(services.Runtime, services.Journal, services.Clock);

    public UsageMeter Meter { get; } = new(services.Runtime, services.Options, services.Clock);

    public StartTurns Turns { get; } = new(services.Options.StartTurnMax, services.Clock);

    /// <summary>Ends when this process stops serving the cell.</summary>
    public CancellationToken Serving => serving;

    /// <summary>Whether the row says that this attempt holds this cell.</summary>
    public bool IsHeld(WorkState work, AttemptKey attempt) => work.IsHeldBy(attempt, Id);

    public bool IsHeld(AttemptRow row, AttemptKey attempt) => row.IsHeldBy(attempt, Id);

    /// <summary>What is known here of the end of an attempt whose container has exited.</summary>
    public ProcessEnd EndOf(AttemptKey attempt, ContainerReport exited)
    {
        var finishedAt = exited.FinishedAt!.Value;
        var noted = Notes.Of(attempt).Entry;
        return new ProcessEnd(
            exited.ExitCode!.Value,
            exited.OutOfMemory,
            exited.StartedAt ?? finishedAt,
            finishedAt,
            Engine.DoubtAbout(finishedAt),
            services.Kills.Of(attempt)?.At,
            noted?.StopOrderedAt,
            LogIncomplete: !Engine.WasUp(finishedAt))
        {
            DisplacedBecause = noted?.DisplacedBecause,
            WasUnwatched = Engine.WasUnwatched(finishedAt),
        };
    }

    /// <summary>Asks the engine for a sign of life; what changed is told to placement at once.</summary>
    public async Task WatchEngine(CancellationToken cancellation)
    {
        var wasUp = Engine.IsUp;
        try
        {
            await Engine.Probe(cancellation);
        }
        catch (EngineUnavailableException)
        {
            // The watch has noted it, and the cell's view says it.
        }

        if (wasUp != Engine.IsUp)
        {
            Books.Touch();
        }
    }

    /// <summary>Repeats work that may be repeated until no fault of the kind that passes meets it.</summary>
    public async Task<T> Persist<T>(AttemptKey attempt, Func<Task<T>> work)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillRetry(services.Logger, attempt, fault.Message);
                await Task.Delay(services.Options.RetryDelay, services.Clock, serving);
            }
        }
    }

    public Task Persist(AttemptKey attempt, Func<Task> work) => Persist(
        attempt,
        async () =>
        {
            await work();
            return true;
        });

    public void Dispose() => Engine.Dispose();

    [LoggerMessage(LogLevel.Warning, "{Attempt}: {Fault}; it is tried again")]
    private static partial void LogWillRetry(ILogger logger, AttemptKey attempt, string fault);
}
