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

    private readonly ConcurrentDictionary<AttemptKey, UsageTrace> traces = new();

    /// <summary>Of those that are measured in time: who asks shows it to people, and does not wait for a slow engine.</summary>
    public async Task<ImmutableArray<AttemptUsage>> Measure(IEnumerable<AttemptKey> attempts, CancellationToken cancellation)
    {
        var measured = new ConcurrentBag<AttemptUsage>();
        using var limit = new CancellationTokenSource(options.UsageMax, clock);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await Parallel.ForEachAsync(attempts, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = enough.Token }, async (attempt, token) =>
            {
                if (await runtime.Usage(attempt, token) is { } usage)
                {
                    var trace = traces.AddOrUpdate(attempt, _ => UsageTrace.Of(null, usage), (_, before) => UsageTrace.Of(before, usage));
                    measured.Add(new AttemptUsage(attempt, usage.At, trace.Cores, usage.MemoryBytes, usage.DiskBytes));
                }
            });
        }
        catch (Exception missed) when (missed is OperationCanceledException or EngineUnavailableException)
        {
            // What was measured until then is told.
        }

        return [.. measured];
    }

    /// <summary>It runs no more.</summary>
    public void Forget(AttemptKey attempt) => traces.TryRemove(attempt, out _);
}
