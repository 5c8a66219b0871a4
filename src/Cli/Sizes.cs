using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Granary.Cli;

/// <summary>Reads sizes, durations and counts, and writes sizes. A bare number is a fault: 64 of what?</summary>
internal static partial class Sizes
{
    /// <summary>The value of an option such as -m, in MB.</summary>
    public static int? Megabytes(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (Megabytes(text) is { } size)
        {
            return size;
        }

        argument.AddError($"'{text}' is no size: write a whole number above 0 with its unit, one of M, MB, G, GB, for example 64M.");
        return null;
    }

    public static int? Megabytes(string text)
    {
        if (MegabytesText().Match(text) is not { Success: true } match || !long.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var size = char.ToUpperInvariant(match.Groups["unit"].Value[0]) == 'G' ? Math.Min(number, int.MaxValue) * 1024 : number;
        return size is > 0 and <= int.MaxValue ? (int)size : null;
    }

    /// <summary>The value of -l, in bytes; -1 is unlimited.</summary>
    public static long? Bytes(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (text == "-1")
        {
            return -1;
        }

        if (BytesText().Match(text) is { Success: true } match && long.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var shift = char.ToUpperInvariant(match.Groups["unit"].Value[0]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
            if (number <= long.MaxValue >> shift)
            {
                return number << shift;
            }
        }

        argument.AddError($"'{text}' is no rate: write a whole number with its unit, one of B, K, KB, M, MB, G, GB, for example 16K, or -1 for no limit.");
        return null;
    }

    /// <summary>Bytes as cf writes them: 1.5M, 64M, 1G.</summary>
    public static string Short(long bytes)
    {
        var (unit, shift) = bytes switch { >= 1L << 30 => ("G", 30), >= 1L << 20 => ("M", 20), >= 1L << 10 => ("K", 10), > 0 => ("B", 0), _ => ("", 0) };
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << shift):0.#}{unit}");
    }

    /// <summary>The value of an option such as -i.</summary>
    /// <param name="things">What is counted.</param>
    public static Func<ArgumentResult, int?> CountOf(string things) => argument =>
    {
        var text = argument.Tokens.Single().Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        argument.AddError($"'{text}' is no number of {things}: a whole number from 0.");
        return null;
    };

    /// <summary>The value of an option such as --deadline, in whole seconds.</summary>
    public static int? Seconds(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (SecondsText().Match(text) is { Success: true } match && int.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var seconds = (long)number * match.Groups["unit"].Value switch { "m" => 60, "h" => 3600, "d" => 24 * 3600, _ => 1 };
            if (seconds is > 0 and <= int.MaxValue)
            {
                return (int)seconds;
            }
        }

        argument.AddError($"'{text}' is no duration: write a whole number above 0 with its unit, one of s, m, h, d, for example 90s.");
        return null;
    }

    [GeneratedRegex("^(?<number>[0-9]{1,18})(?<unit>[mg]b?)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex MegabytesText();

    [GeneratedRegex("^(?<number>[0-9]{1,18})(?<unit>b|[kmg]b?)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex BytesText();

    [GeneratedRegex("^(?<number>[0-9]{1,9})(?<unit>[smhd])$", RegexOptions.ExplicitCapture)]
    private static partial Regex SecondsText();
}
