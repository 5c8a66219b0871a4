using System.CommandLine.Parsing;
using System.Globalization;

namespace Granary.Cli.Simulate;

/// <summary>Seeds in a row: "1+10000" is ten thousand from seed 1.</summary>
internal sealed record SeedRange(ulong First, int Count)
{
    public static SeedRange? Parse(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (text.Split('+') is [var first, var count]
            && ulong.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var many)
            && many > 0)
        {
            return new SeedRange(from, many);
        }

        argument.AddError($"'{text}' is no range of seeds: write the first and how many, for example 1+10000.");
        return null;
    }
}
