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
public readonly record struct OutputLine(OutputStream Stream, ReadOnlyMemory<byte> Text, bool EndsLine, DateTimeOffset At);

/// <summary>How much of a container's output was already taken, counted in lines (or pieces of long lines) of each stream.</summary>
public readonly record struct OutputPosition(long Out, long Error)
{
    public static readonly OutputPosition Start;

    public OutputPosition After(OutputStream stream) => stream == OutputStream.Out ? this with { Out = Out + 1 } : this with { Error = Error + 1 };
}
