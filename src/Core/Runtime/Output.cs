namespace Granary.Core.Runtime;

public enum OutputStream
{
    Out,
    Error,
}

/// <summary>One line of a container's output, without its line end.</summary>
/// <param name="Text">The bytes as written. A line longer than the runtime's limit (16 KiB) arrives in pieces; <paramref name="EndsLine"/> is false for all but the last.</param>
/// <param name="EndsLine">False for a piece that another piece of the same line follows.</param>
/// <param name="At">When the engine or the follower received it; rises within a stream.</param>
/// <param name="IsAfterGap">One or more lines of the container, of either stream, were written before this one and cannot be read any more.</param>
public readonly record struct OutputLine(OutputStream Stream, ReadOnlyMemory<byte> Text, bool EndsLine, DateTimeOffset At, bool IsAfterGap = false);

/// <summary>How much of a container's output was already taken, in lines (or pieces of long lines) of each stream since the beginning or the last gap.</summary>
public readonly record struct OutputPosition(long Out, long Error)
{
    public static readonly OutputPosition Start;
}

/// <summary>How much of a container's output was already taken, and by what that place is found again in a copy whose beginning may be gone.</summary>
/// <param name="Tail">Hashes of the last lines of each stream, as <see cref="OutputTrail"/> writes them; empty when they are not known, and then the position is believed.</param>
public sealed record OutputMarks(OutputPosition Position, string Tail)
{
    public static readonly OutputMarks Start = new(OutputPosition.Start, "");
}

/// <summary>Names one line within a stream of an engine's copy: the n-th in a row that has this instant. The copy is only appended to and cut at its beginning, so the name stays.</summary>
public readonly record struct OutputPlace(DateTimeOffset At, int Nth)
{
    /// <summary>The name of the line that follows in the same stream; the name of its first line follows the default.</summary>
    public OutputPlace Next(DateTimeOffset at) => new(at, at == At && Nth > 0 ? Nth + 1 : 1);
}
