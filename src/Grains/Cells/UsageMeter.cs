using System.Collections.Concurrent;
using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Grains.Cells;

/// <summary>Measures what attempts of the cell use when somebody asks, and at no other time.</summary>
internal sealed class UsageMeter(IContainerRuntime runtime, CellOptions options, TimeProvider clock)
{
    /// <summary>An engine measures a few at a time as fast as many.</summary>
    private const int AtOnce = 4;

    /// <summary>Who looks again and again is told the same for so long: clients do while an app starts.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<AttemptKey, Look> last = new();

    /// <summary>Of those that are measured in time: who asks shows it to people, and does not wait for a slow engine.</summary>
    public async Task<ImmutableArray<AttemptUsage>> MeasureAll(IEnumerable<AttemptKey> attempts, CancellationToken cancellation)
    {
        var measured = new ConcurrentBag<AttemptUsage>();
        using var limit = new CancellationTokenSource(options.UsageMax, clock);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await Parallel.ForEachAsync(attempts, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = enough.Token }, async (attempt, token) =>
            {
                if (await TryMeasure(attempt, token) is { } usage)
                {
                    measured.Add(usage);
                }
            });
        }
        catch (OperationCanceledException)
        {
            // The time is over: what was measured until then is told.
        }

        return [.. measured];
    }

    /// <summary>It runs no more.</summary>
    public void Forget(AttemptKey attempt) => last.TryRemove(attempt, out _);

    /// <summary>One that cannot be measured costs the others nothing.</summary>
    private async Task<AttemptUsage?> TryMeasure(AttemptKey attempt, CancellationToken cancellation)
    {
        try
        {
            return await Measure(attempt, cancellation);
        }
        catch (EngineUnavailableException)
        {
            return null;
        }
    }

    private async Task<AttemptUsage?> Measure(AttemptKey attempt, CancellationToken cancellation)
    {
        if (last.TryGetValue(attempt, out var known) && clock.GetElapsedTime(known.At) < Trust)
        {
            return known.Usage;
        }

        if (await runtime.Usage(attempt, cancellation) is not { } used)
        {
            return null;
        }

        var trace = UsageTrace.Of(known?.Trace, used);
        var usage = new AttemptUsage(attempt, used.At, trace.Cores, used.MemoryBytes, used.DiskBytes);
        last[attempt] = new Look(usage, trace, clock.GetTimestamp());
        return usage;
    }

    private sealed record Look(AttemptUsage Usage, UsageTrace Trace, long At);
}
