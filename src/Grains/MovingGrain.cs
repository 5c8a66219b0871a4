using Granary.Core.Attempts;
using Granary.Core.Leases;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Granary.Grains;

/// <summary>
/// Tells the tasks and instances whose cell's lease has provably ended that their attempts are lost. The rows are read before the leases: so the proof is younger than the
/// attempt it is about, and an attempt that the cell got under its next lease is never taken for one of the last.
/// </summary>
internal sealed partial class MovingGrain(ILeaseStore leases, IWorkRows rows, IOptions<MovingOptions> options, TimeProvider clock, ILogger<MovingGrain> logger) : Grain, IMovingGrain
{
    /// <summary>Each move is a durable write of another row; more at once only wait for the database.</summary>
    private const int AtOnce = 16;

    private MoveBudget budget = MoveBudget.Full(options.Value.Burst, options.Value.PerSecond, clock.GetUtcNow());
    private DateTimeOffset? sweptAt;

    public async Task Sweep()
    {
        if (clock.GetUtcNow() - sweptAt < options.Value.LookEvery * 0.9)
        {
            return;
        }

        await MoveOff();
        sweptAt = clock.GetUtcNow();
    }

    private async Task MoveOff()
    {
        if (await leases.Ended(CancellationToken.None) is not { Count: > 0 } suspects)
        {
            return;
        }

        var held = await rows.OnCells([.. suspects.Select(each => each.Cell)], CancellationToken.None);
        if (held.Count == 0)
        {
            return;
        }

        var ended = (await leases.Ended(CancellationToken.None)).ToDictionary(each => each.Cell);
        AttemptRow[] lost = [.. held.Where(each => each.Cell is { } cell && ended.ContainsKey(cell))];
        (var granted, budget) = budget.Take(lost.Length, clock.GetUtcNow());
        LogMoves(logger, granted, lost.Length, string.Join(", ", lost.Select(each => each.Cell).Distinct()));
        foreach (var cell in lost.Select(each => each.Cell!.Value).Distinct())
        {
            await GrainFactory.GetGrain<IPlacementGrain>(Keys.Placement).Lost(cell, ended[cell].EndEvidence!);
        }

        foreach (var some in lost.Take(granted).Chunk(AtOnce))
        {
            await Task.WhenAll(some.Select(each => Tell(each.Attempt, ended[each.Cell!.Value])));
        }
    }

    /// <summary>One that cannot be told must not keep the others on their lost cell; the next sweep meets it again.</summary>
    private async Task Tell(AttemptKey attempt, LeaseState lease)
    {
        try
        {
            await GrainFactory.Work(attempt.Work).Report(new AttemptReport.Lost(attempt.Number, lease.EndEvidence!));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            LogNotTold(logger, attempt, fault);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Granted} of {Lost} attempts are moved off lost cells: {Cells}")]
    private static partial void LogMoves(ILogger logger, int granted, int lost, string cells);

    [LoggerMessage(LogLevel.Warning, "{Attempt} could not be told that its cell is lost; it is told again")]
    private static partial void LogNotTold(ILogger logger, AttemptKey attempt, Exception fault);
}
