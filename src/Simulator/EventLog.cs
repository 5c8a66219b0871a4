using System.Globalization;
using System.Runtime.CompilerServices;

namespace Granary.Simulator;

/// <summary>What happened in a world, line by line, if anybody wants to know.</summary>
internal sealed class EventLog(bool isKept)
{
    private readonly List<string> lines = [];

    public bool IsKept => isKept;

    public IReadOnlyList<string> Lines => lines;

    public void Add(TimeSpan at, string who, string what) => lines.Add(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,8:0.000} {who,-9} {what}"));
}

/// <summary>Words that are only put together when the world keeps its log.</summary>
[InterpolatedStringHandler]
internal ref struct EventWords
{
    private DefaultInterpolatedStringHandler words;

    public EventWords(int literalLength, int formattedCount, World world, out bool isKept)
    {
        isKept = world.Log.IsKept;
        words = isKept ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
    }

    public void AppendLiteral(string value) => words.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => words.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string format) => words.AppendFormatted(value, format);

    public string Text() => words.ToStringAndClear();
}
