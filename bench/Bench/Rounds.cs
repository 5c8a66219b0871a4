using System.Diagnostics;

namespace Granary.Bench;

/// <summary>A piece of work for Granary and its floor: what the bare drivers need for as much of it.</summary>
/// <param name="Label">For example "4 at a time".</param>
/// <param name="InFlight">Items under way at once.</param>
/// <param name="Count">Items in one round.</param>
/// <param name="Granary">Does one item.</param>
/// <param name="Floor">Does one item.</param>
/// <param name="Settled">Returns when nothing of the items is left to be done; its time counts as Granary's.</param>
internal sealed record Pair(string Label, int InFlight, int Count, Func<Task> Granary, Func<Task> Floor, Func<Task> Settled);

/// <summary>What came of a pair: medians over the rounds.</summary>
/// <param name="Granary">Items per second.</param>
/// <param name="Floor">Items per second.</param>
/// <param name="Ratio">Granary to floor, round by round; 1 would mean that Granary costs nothing.</param>
internal sealed record Figure(string Label, int InFlight, int Count, double Granary, double Floor, double Ratio, double RatioMin, double RatioMax);

/// <summary>All figures of a measure, with facts of what they were taken on.</summary>
internal sealed record Outcome(IReadOnlyList<Figure> Figures, IReadOnlyDictionary<string, string> Facts);

/// <summary>Measures Granary and floor in turn, so that what disturbs a machine for a while disturbs both.</summary>
internal static class Rounds
{
    public static async Task<IReadOnlyList<Figure>> Run(IEnumerable<Pair> pairs, int rounds)
    {
        var figures = new List<Figure>();
        foreach (var pair in pairs)
        {
            var granary = new List<double>();
            var floor = new List<double>();
            for (var round = 0; round <= rounds; round++)
            {
                // Who comes first changes, so that neither always meets the caches that the other has warmed.
                var granaryFirst = round % 2 == 0;
                var first = granaryFirst ? await Granary(pair) : await Floor(pair);
                var second = granaryFirst ? await Floor(pair) : await Granary(pair);
                if (round > 0)
                {
                    granary.Add(granaryFirst ? first : second);
                    floor.Add(granaryFirst ? second : first);
                }

                await Console.Error.WriteLineAsync($"{pair.Label}, {(round == 0 ? "warm-up" : $"round {round}")}: {(granaryFirst ? first : second):0.00} to {(granaryFirst ? second : first):0.00} per second");
            }

            var ratios = granary.Zip(floor, (left, right) => left / right).ToArray();
            figures.Add(new Figure(pair.Label, pair.InFlight, pair.Count, Median(granary), Median(floor), Median(ratios), ratios.Min(), ratios.Max()));
        }

        return figures;
    }

    private static Task<double> Granary(Pair pair) => PerSecond(pair, pair.Granary, pair.Settled);

    private static Task<double> Floor(Pair pair) => PerSecond(pair, pair.Floor, () => Task.CompletedTask);

    private static async Task<double> PerSecond(Pair pair, Func<Task> item, Func<Task> settled)
    {
        var left = pair.Count;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, pair.InFlight).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await item();
            }
        })));
        await settled();
        return pair.Count / watch.Elapsed.TotalSeconds;
    }

    /// <summary>The value in the middle, or the mean of the two there.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
