using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Threading.Channels;
using Granary.Core.Attempts;
using Granary.Core.Instances;
using Granary.Core.Placement;
using Granary.Grains.Contracts;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Effects;

/// <summary>
/// The one switch that turns effects into calls. Each receiver (placement, a cell, an app) has a line of its own: orders keep their sequence,
/// are handed over in batches, and are repeated until acknowledged. A cell that stays away makes its batch drop after
/// <see cref="TriesMax"/> tries: the sweeps and the cell's comparison bring the effect back from the durable state. There is one
/// placement and it comes back, so what it is to know waits for it.
/// </summary>
internal sealed partial class EffectRunner(IGrainFactory grains, TimeProvider clock, ILogger<EffectRunner> logger) : IEffectRunner, IDisposable
{
    private const int BatchMax = 256;
    private const int TriesMax = 6;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Lazy<Channel<object>>> lines = new();
    private readonly CancellationTokenSource stopping = new();

    public void Hand(WorkState work, ImmutableArray<AttemptEffect> effects)
    {
        foreach (var effect in effects)
        {
            _ = effect switch
            {
                AttemptEffect.FindCell => Line(Keys.Placement).TryWrite(QueuedWork.Of(work)),
                AttemptEffect.StartAttempt start => Line(Keys.Cell(start.Cell)).TryWrite(effect),
                AttemptEffect.FindAttempt find => Line(Keys.Cell(find.Cell)).TryWrite(effect),
                AttemptEffect.StopAttempt stop => Line(Keys.Cell(stop.Cell)).TryWrite(effect),
                AttemptEffect.TellApp tell => Line(Keys.App(tell.App)).TryWrite(tell.News),
                _ => throw new UnreachableException($"No receiver for {effect}."),
            };
        }
    }

    public void Withdraw(Guid work) => Line(Keys.Placement).TryWrite(work);

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private ChannelWriter<object> Line(string receiver) => lines.GetOrAdd(receiver, key => new Lazy<Channel<object>>(() => Open(key))).Value.Writer;

    private Channel<object> Open(string receiver)
    {
        var line = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
        var token = stopping.Token;
        _ = Task.Run(() => Carry(receiver, line.Reader, token), token);
        return line;
    }

    private async Task Carry(string receiver, ChannelReader<object> line, CancellationToken cancellation)
    {
        var batch = new List<object>(BatchMax);
        while (await line.WaitToReadAsync(cancellation))
        {
            batch.Clear();
            while (batch.Count < BatchMax && line.TryRead(out var order))
            {
                batch.Add(order);
            }

            await Deliver(receiver, batch, cancellation);
        }
    }

    private async Task Deliver(string receiver, List<object> batch, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await (batch[0] switch
                {
                    _ when receiver == Keys.Placement => TellPlacement(batch),
                    InstanceNews => grains.GetGrain<IAppGrain>(receiver).Hear([.. batch.Cast<InstanceNews>()]),
                    _ => grains.GetGrain<ICellGrain>(receiver).Order([.. batch.Cast<AttemptEffect>()]),
                });
                return;
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                LogNotDelivered(logger, batch.Count, receiver, attempt, fault);
                if (attempt >= TriesMax && receiver != Keys.Placement)
                {
                    return;
                }

                var delay = FirstDelay * Math.Pow(2, Math.Min(attempt, TriesMax) - 1);
                await Task.Delay(delay < LongestDelay ? delay : LongestDelay, clock, cancellation);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogBug(logger, batch.Count, receiver, fault); // The line must live: those behind are not at fault.
                return;
            }
        }
    }

    /// <summary>In the order in which it was handed over, since an instance may wait again after it was withdrawn. All of it may be repeated.</summary>
    private async Task TellPlacement(List<object> batch)
    {
        var placement = grains.GetGrain<IPlacementGrain>(Keys.Placement);
        for (var told = 0; told < batch.Count;)
        {
            ImmutableArray<QueuedWork> waiting = [.. batch.Skip(told).TakeWhile(each => each is QueuedWork).Cast<QueuedWork>()];
            told += waiting.Length;
            ImmutableArray<Guid> withdrawn = [.. batch.Skip(told).TakeWhile(each => each is Guid).Cast<Guid>()];
            told += withdrawn.Length;
            if (!waiting.IsEmpty)
            {
                await placement.Enqueue(waiting);
            }

            if (!withdrawn.IsEmpty)
            {
                await placement.Withdraw(withdrawn);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Count} orders for {Receiver} were not delivered, try {Try}")]
    private static partial void LogNotDelivered(ILogger logger, int count, string receiver, int @try, Exception fault);

    [LoggerMessage(LogLevel.Error, "{Count} orders for {Receiver} met a fault that must not happen; the durable state brings them back")]
    private static partial void LogBug(ILogger logger, int count, string receiver, Exception fault);
}
