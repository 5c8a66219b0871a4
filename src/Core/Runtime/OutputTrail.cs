using System.Globalization;

namespace Granary.Core.Runtime;

/// <summary>
/// Follows the lines that are taken and tells, at any time, the marks from which another reader goes on. Whoever stores the lines stores
/// the marks with them.
/// </summary>
public sealed class OutputTrail
{
    private readonly StreamTrail output;
    private readonly StreamTrail errors;

    public OutputTrail(OutputMarks marks)
    {
        var tails = marks.Tail.Split(';');
        output = new StreamTrail(marks.Position.Out, tails.Length == 2 ? tails[0] : "");
        errors = new StreamTrail(marks.Position.Error, tails.Length == 2 ? tails[1] : "");
    }

    public OutputMarks Marks => new(
        new OutputPosition(output.Lines, errors.Lines),
        output.Lines == 0 && errors.Lines == 0 ? "" : $"{output};{errors}");

    public void Take(OutputLine line)
    {
        if (line.IsAfterGap)
        {
            // What is counted from here on is counted from the beginning of a copy that does not reach back to what was counted before.
            output.Clear();
            errors.Clear();
        }

        Of(line.Stream).Take(line);
    }

    internal StreamTrail Of(OutputStream stream) => stream == OutputStream.Out ? output : errors;
}

/// <summary>The trail of one stream.</summary>
internal sealed class StreamTrail
{
    public StreamTrail(long lines, string tail)
    {
        var parts = tail.Split(':');
        if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && LineWindow.Parse(parts[1]) is { } window)
        {
            Window = window;
            At = new DateTimeOffset(ticks, TimeSpan.Zero);
        }

        Lines = lines;
    }

    /// <summary>Lines taken since the beginning or the last gap.</summary>
    public long Lines { get; private set; }

    /// <summary>The last of these lines; all of them while they are few. Empty when they are not known.</summary>
    public LineWindow Window { get; } = new();

    /// <summary>When the last line was received.</summary>
    public DateTimeOffset At { get; private set; }

    public void Take(OutputLine line)
    {
        Lines++;
        Window.Add(line.Text.Span);
        At = line.At;
    }

    public void Clear()
    {
        Lines = 0;
        Window.Clear();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}:{Window}");
}
