namespace Granary.Core.Retry;

/// <summary>A delay that doubles from <paramref name="First"/> to <paramref name="Longest"/>.</summary>
/// <param name="First">Delay before the first repetition. Range: 0 s to <paramref name="Longest"/>.</param>
/// <param name="Longest">The delay never exceeds this.</param>
public sealed record Backoff(TimeSpan First, TimeSpan Longest)
{
    /// <summary>
    /// The delay before repetition <paramref name="repetition"/> (1 is the first). Up to a quarter is taken off, spread by
    /// <paramref name="seed"/>, so that work that failed together does not return together. The spread is derived from an id,
    /// because Core has no randomness and a replay must decide the same.
    /// </summary>
    public TimeSpan Delay(int repetition, Guid seed)
    {
        var doublings = Math.Clamp(repetition - 1, 0, 32);
        var full = Math.Min(First.Ticks * Math.Pow(2, doublings), Longest.Ticks);
        return TimeSpan.FromTicks((long)(full * (1 - (Spread(seed, repetition) / 4))));
    }

    /// <summary>A number in [0, 1) that depends on nothing but its arguments (FNV-1a over the bytes of both).</summary>
    private static double Spread(Guid seed, int repetition)
    {
        Span<byte> bytes = stackalloc byte[20];
        seed.TryWriteBytes(bytes);
        BitConverter.TryWriteBytes(bytes[16..], repetition);
        var hash = 2166136261u;
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 16777619u;
        }

        return hash / (uint.MaxValue + 1.0);
    }
}
