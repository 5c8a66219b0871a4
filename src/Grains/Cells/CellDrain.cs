using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Grains.Contracts;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Cells;

/// <summary>
/// Does what is ordered of the cell. Closed, it admits nothing new, and asks every instance to make way: its app has another one started elsewhere, and then has the one here stopped by an
/// order. At the deadline what is left is stopped, told as displaced, and so runs elsewhere.
/// </summary>
internal sealed partial class CellDrain(ServedCell cell, Func<IEnumerable<AttemptKey>> kept, Action<string> displaceAll)
{
    private readonly CellServices services = cell.Services;
    private readonly HashSet<AttemptKey> asked = [];
    private DateTimeOffset? toldEnd;

    /// <summary>As it was read last. Before the first reading nothing is carried out.</summary>
    public DrainState Known { get; private set; } = DrainState.Open with { Cell = cell.Id };

    /// <summary>Reads the order, and tells how far it is carried out.</summary>
    public async Task Look(CancellationToken cancellation)
    {
        var grain = services.Grains.GetGrain<IDrainGrain>(Keys.Drain(cell.Id));
        var (attempts, isClosed) = cell.Books.Count();
        if (Known.Phase == DrainPhase.Draining)
        {
            attempts = Math.Max(attempts, kept().Count()); // What has ended takes no room, and its row may not know: a silo that died in between left that to this one.
        }

        var end = cell.Lease.EndsAt;
        Take(await grain.Hear(services.Silo, attempts, isClosed, ends: end is not null));
        if (end is { } endsAt && endsAt != toldEnd)
        {
            var left = endsAt - services.Clock.GetUtcNow();
            var answer = await grain.DrainForEnd(left > TimeSpan.Zero ? left : TimeSpan.Zero, services.Silo);
            toldEnd = endsAt;
            Take(answer.Value!);
        }

        if (Known is { Phase: DrainPhase.Draining, DeadlineAt: { } deadlineAt } && deadlineAt <= services.Clock.GetUtcNow())
        {
            displaceAll($"{cell.Id} is drained, and the deadline passed: {Known.Why}");
        }
        else if (Known.Phase == DrainPhase.Draining)
        {
            await AskForWay();
        }
        else
        {
            asked.Clear();
        }
    }

    private async Task AskForWay()
    {
        var unasked = kept().Where(each => InstanceId.Is(each.Work)).Except(asked).ToArray();
        var answers = await Task.WhenAll(unasked.Select(each => services.Grains.GetGrain<IInstanceGrain>(Keys.Instance(new InstanceId(each.Work))).MakeWay(each.Number, $"{cell.Id} is drained: {Known.Why}")));
        asked.UnionWith(unasked.Where((_, index) => answers[index]));
    }

    private void Take(DrainState next)
    {
        if (next == Known)
        {
            return;
        }

        Known = next;
        cell.Books.Close(next.TakesNothing ? $"{cell.Id} is {next.Word}" : null);
        switch (next)
        {
            case { DeadlineAt: { } deadlineAt }:
                LogDraining(services.Logger, cell.Id, next.Why!, deadlineAt);
                break;
            case { TakesNothing: true }:
                LogDrained(services.Logger, cell.Id, next.Why!);
                break;
            default:
                LogOpen(services.Logger, cell.Id);
                break;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Cell} is drained and takes nothing new: {Why}; what is left is moved at {DeadlineAt:O}")]
    private static partial void LogDraining(ILogger logger, CellId cell, string why, DateTimeOffset deadlineAt);

    [LoggerMessage(LogLevel.Information, "{Cell} takes nothing and holds nothing: {Why}")]
    private static partial void LogDrained(ILogger logger, CellId cell, string why);

    [LoggerMessage(LogLevel.Information, "{Cell} takes what comes")]
    private static partial void LogOpen(ILogger logger, CellId cell);
}
