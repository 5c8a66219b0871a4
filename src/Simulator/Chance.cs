namespace Granary.Simulator;

/// <summary>Chance from a seed (SplitMix64): the same on every machine and in every version, so that a seed is a whole world.</summary>
public sealed class Chance(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>From 0 to below 1.</summary>
    public double Part() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Happens(double probability) => Part() < probability;

    /// <summary>From <paramref name="min"/> to <paramref name="max"/>, both included.</summary>
    public int Number(int min, int max) => min + (int)(Next() % (ulong)(max - min + 1));

    public TimeSpan Seconds(double min, double max) => TimeSpan.FromSeconds(min + ((max - min) * Part()));

    public TimeSpan Milliseconds(double min, double max) => Seconds(min / 1000, max / 1000);

    public T Of<T>(IReadOnlyList<T> choices) => choices[Number(0, choices.Count - 1)];
}
