using System.Collections.Immutable;
using System.Globalization;

namespace Granary.Simulator.Plans;

/// <summary>The values of scenarios as text: 90s, 512M, 25%, and alternatives such as 1s..8s|1m.</summary>
internal static class Units
{
    private const double TicksPerSecond = TimeSpan.TicksPerSecond;

    /// <param name="unit">Reads one value, or says null.</param>
    public static Amounts? Amounts(string text, Func<string, double?> unit)
    {
        var choices = ImmutableArray.CreateBuilder<(double, double)>();
        foreach (var choice in text.Split('|'))
        {
            var ends = choice.Split("..");
            if (ends.Length > 2 || unit(ends[0]) is not { } min || unit(ends[^1]) is not { } max || max < min)
            {
                return null;
            }

            choices.Add((min, max));
        }

        return new Amounts(choices.ToImmutable());
    }

    /// <summary>In seconds.</summary>
    public static double? Time(string text) =>
        text.EndsWith("ms", StringComparison.Ordinal) ? Number(text[..^2]) / 1000
        : text.EndsWith('s') ? Number(text[..^1])
        : text.EndsWith('m') ? Number(text[..^1]) * 60
        : text.EndsWith('h') ? Number(text[..^1]) * 3600
        : null;

    /// <summary>In MB.</summary>
    public static double? Size(string text) =>
        text.EndsWith('M') ? WholeNumber(text[..^1])
        : text.EndsWith('G') ? WholeNumber(text[..^1]) * 1024
        : null;

    public static double? Count(string text) => WholeNumber(text);

    /// <summary>As a part of one.</summary>
    public static double? Share(string text) => text.EndsWith('%') && Number(text[..^1]) is { } percent && percent <= 100 ? percent / 100 : null;

    /// <summary>As it stands: what a fault's amount is depends on its kind.</summary>
    public static double? Amount(string text) => Share(text) ?? Time(text) ?? Number(text);

    /// <summary>To the nearest tick, so that a time that was written is read as it was.</summary>
    public static TimeSpan Exactly(double seconds) => TimeSpan.FromTicks((long)Math.Round(seconds * TicksPerSecond));

    public static string OfTime(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / TicksPerSecond:0.#######}s");

    public static string OfNumber(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static double? Number(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? WholeNumber(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
