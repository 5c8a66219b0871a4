using System.Globalization;
using System.Text;

namespace Granary.Cli.Output;

/// <summary>Makes text of others harmless for a terminal: it can neither move the cursor, nor colour, nor turn the direction of writing.</summary>
internal static class Shown
{
    /// <summary>The text on one line: control characters are written out, for example an escape as \x1b.</summary>
    public static string Harmless(string? text) => Escaped(text ?? "", keepTabs: false);

    /// <summary>As <see cref="Harmless"/>, but tabs stay: programs line up their output with them.</summary>
    public static string HarmlessLine(string text) => Escaped(text, keepTabs: true);

    private static string Escaped(string text, bool keepTabs)
    {
        var first = IndexOfHarm(text, keepTabs);
        if (first < 0)
        {
            return text;
        }

        var shown = new StringBuilder(text, 0, first, text.Length + 16);
        foreach (var letter in text.AsSpan(first))
        {
            if (!IsHarmful(letter) || (keepTabs && letter == '\t'))
            {
                shown.Append(letter);
            }
            else
            {
                shown.Append(letter switch
                {
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    < '\u0100' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}"),
                    _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                });
            }
        }

        return shown.ToString();
    }

    private static int IndexOfHarm(string text, bool keepTabs)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (IsHarmful(text[index]) && !(keepTabs && text[index] == '\t'))
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>Control characters, both Unicode line ends, and what turns the direction of writing.</summary>
    private static bool IsHarmful(char letter) =>
        char.IsControl(letter) || letter is '\u2028' or '\u2029' or '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
