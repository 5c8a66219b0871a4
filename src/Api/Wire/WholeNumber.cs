using System.Globalization;
using System.Numerics;

namespace Granary.Api.Wire;

/// <summary>Whole numbers as clients write them, with Cloud Foundry's words for what is wrong.</summary>
internal static class WholeNumber
{
    /// <summary>Longer than any number that is meant.</summary>
    private const int LengthMax = 40;

    public static (long? Number, string? Fault) Read(string text, long min, long max)
    {
        if (text.Length > LengthMax || !decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _))
        {
            return BigInteger.TryParse(text.Length > LengthMax ? "" : text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var huge)
                ? (null, Beyond(huge.Sign > 0, min, max))
                : (null, "is not a number");
        }

        if (!BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return (null, "must be an integer");
        }

        return number < min || number > max ? (null, Beyond(number > max, min, max)) : ((long)number, null);
    }

    private static string Beyond(bool isAbove, long min, long max) =>
        isAbove ? string.Create(CultureInfo.InvariantCulture, $"must be less than or equal to {max}") : string.Create(CultureInfo.InvariantCulture, $"must be greater than or equal to {min}");
}
