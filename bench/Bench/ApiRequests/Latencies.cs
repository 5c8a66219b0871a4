using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Granary.Bench.ApiRequests;

/// <summary>How long each request took, but for those of the first round.</summary>
internal sealed class Latencies(int warmUp)
{
    private readonly ConcurrentBag<double> milliseconds = [];
    private int seen;

    public async Task Time(Func<Task> request)
    {
        var watch = Stopwatch.StartNew();
        await request();
        if (Interlocked.Increment(ref seen) > warmUp)
        {
            milliseconds.Add(watch.Elapsed.TotalMilliseconds);
        }
    }

    public override string ToString()
    {
        double[] sorted = [.. milliseconds.Order()];
        return string.Create(CultureInfo.InvariantCulture, $"p50 {At(0.5):0.0} ms, p99 {At(0.99):0.0} ms, longest {At(1):0.0} ms");

        double At(double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
