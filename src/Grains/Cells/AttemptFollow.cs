using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Grains.Contracts;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Cells;

/// <summary>Follows the container of an attempt to its end, and its output into the log. The engine may go and come back meanwhile. Never starts it.</summary>
internal sealed partial class AttemptFollow(AttemptKey attempt, ServedCell cell, WorkState work)
{
    /// <summary>Far longer than a process takes from its start to its own environment.</summary>
    private static readonly TimeSpan MarkKept = TimeSpan.FromSeconds(1);

    private readonly CellServices services = cell.Services;
    private readonly LogPump pump = new(cell.Services.Logs, work.App, attempt, work.Runs!.LogSource, work.Runs.LogBytesPerSecond, cell.Services.Options, cell.Services.Clock);

    private bool isToldUp;

    /// <param name="output">Opened before the start, so that nothing is missed; null to open it now.</param>
    public async Task<Ending> Run(IAsyncEnumerable<OutputLine>? output)
    {
        while (true)
        {
            using var round = CancellationTokenSource.CreateLinkedTokenSource(cell.Serving);
            var pumping = Task.CompletedTask;
            var waiting = Task.CompletedTask;
            try
            {
                await pump.Load(cell.Serving);
                if (await services.Runtime.Find(attempt, cell.Serving) is not { } found)
                {
                    return Ending.Lost(attempt, $"its container is gone from {cell.Id}");
                }

                if (found.Phase == ContainerPhase.Created)
                {
                    return Ending.Lost(attempt, $"{cell.Id} told its engine to start it, and it did not run");
                }

                _ = ClearMark(round.Token);
                var telling = found.Phase == ContainerPhase.Running ? TellUp(round.Token) : Task.CompletedTask;
                if (!pump.IsClosed)
                {
                    pumping = pump.Run(output ?? await services.Runtime.OpenOutput(attempt, pump.Marks, round.Token), round.Token);
                }

                output = null; // It can be read once.
                var exit = services.Runtime.Wait(attempt, round.Token);
                waiting = exit;
                await await Task.WhenAny(pumping, waiting); // The output may break off while the process runs on.
                await Task.WhenAll(pumping, waiting);
                await round.CancelAsync(); // Nobody needs to hear any more that it was up.
                await telling;
                await cell.Engine.Probe(cell.Serving); // On a fresh connection, after the exit: only that proves that the engine was not stopping.
                return await Conclude(await exit);
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogWillLookAgain(services.Logger, attempt, fault.Message);
                output = null;
                await round.CancelAsync();
                await Task.WhenAll(pumping, waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Two readers would store the same lines twice.
                await Task.Delay(services.Options.RetryDelay, services.Clock, cell.Serving);
            }
        }
    }

    /// <summary>The engine says "started" a moment before the kernel can tell whose the process is. A warden that stops the cell in that moment goes by the mark.</summary>
    private async Task ClearMark(CancellationToken cancellation)
    {
        await Task.Delay(MarkKept, services.Clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        services.Marks.Clear(attempt);
    }

    /// <summary>Beside the following, because whom it is told may be away while the process runs. A report that comes late, or twice, changes nothing.</summary>
    private async Task TellUp(CancellationToken cancellation)
    {
        while (work.Runs!.IsToldUp && !isToldUp && !cancellation.IsCancellationRequested)
        {
            try
            {
                await services.Grains.Work(attempt.Work).Report(new AttemptReport.Started(attempt.Number)).WaitAsync(cancellation);
                isToldUp = true;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return; // It has ended, and that is what has to be told now.
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogNotToldUp(services.Logger, attempt, fault.Message);
                await Task.Delay(services.Options.RetryDelay, services.Clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<Ending> Conclude(ContainerReport exit)
    {
        var end = cell.EndOf(attempt, exit);
        var report = AttemptVerdict.OfEnd(attempt, cell.Id, end);
        if (work.Runs!.Staging is { } plan && report is AttemptReport.Exited { Exit: { Code: 0 } ended })
        {
            report = new AttemptReport.Exited(attempt.Number, ended with { Product = await Take(plan) });
        }

        var words = string.Create(CultureInfo.InvariantCulture, $"Exit status {end.Code}{(end.OutOfMemory ? " (out of memory)" : "")}");
        await pump.Close(end.LogIncomplete ? $"{words} (its engine was down when it ended: output may be missing)" : words, cell.Serving);
        return Ending.Ended(report);
    }

    /// <summary>Before the end is told, since the container goes then. Whoever adopts the container takes it once more.</summary>
    private async Task<StagingProduct> Take(StagingPlan plan)
    {
        await pump.Say(cell.Serving, StagingWords.Uploading);
        var (product, bytes) = await Pack(plan);
        await pump.Say(cell.Serving, product.Fault is { } fault ? [fault] : [.. StagingWords.Processes(product.ProcessTypes), StagingWords.Uploaded(bytes), StagingWords.Complete]);
        return product;
    }

    /// <summary>What fails is tried again, as everything here; but not for ever, when the staging is wanted no more.</summary>
    private async Task<(StagingProduct Product, long Bytes)> Pack(StagingPlan plan)
    {
        try
        {
            return await services.Packer.Pack(plan, path => services.Runtime.OpenFiles(attempt, path, cell.Serving), cell.Serving);
        }
        catch (Exception fault) when (Faults.Pass(fault) && cell.Notes.Of(attempt).Entry is { StopOrderedAt: not null })
        {
            return (StagingProduct.Refused($"what it left could not be taken: {fault.Message}"), 0);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Attempt} is up, and that could not be told: {Fault}; it is told again")]
    private static partial void LogNotToldUp(ILogger logger, AttemptKey attempt, string fault);

    [LoggerMessage(LogLevel.Warning, "{Attempt}: {Fault}; it is looked for again")]
    private static partial void LogWillLookAgain(ILogger logger, AttemptKey attempt, string fault);
}
