using System.Collections.Immutable;

namespace Granary.Simulator.Plans;

/// <summary>What a scenario draws a value from: alternatives, each a value or a range with both ends. In seconds, MB, parts of one, or how many.</summary>
public sealed record Amounts(ImmutableArray<(double Min, double Max)> Choices)
{
    public static Amounts Of(double value) => new([(value, value)]);

    public static Amounts Of(double min, double max) => new([(min, max)]);

    public double Max => Choices.Max(each => each.Max);

    public double Draw(Chance chance)
    {
        var (min, max) = Choice(chance);
        return max > min ? min + ((max - min) * chance.Part()) : min;
    }

    public int Whole(Chance chance)
    {
        var (min, max) = Choice(chance);
        return max > min ? chance.Number((int)min, (int)max) : (int)min;
    }

    public TimeSpan Time(Chance chance) => Units.Exactly(Draw(chance));

    private (double Min, double Max) Choice(Chance chance) => Choices.Length == 1 ? Choices[0] : chance.Of(Choices);
}
