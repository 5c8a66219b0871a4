using System.Collections.Immutable;

namespace Granary.Runtime.Conformance;

/// <summary>What the container of a test does. Each engine under test says it in its own words.</summary>
public abstract record Behaviour
{
    /// <summary>What every waiting container prints first: then its handlers are set.</summary>
    public const string Ready = "ready";

    private Behaviour()
    {
    }

    public sealed record Exits(int Code) : Behaviour;

    /// <summary>Prints lines on both streams and exits with 0.</summary>
    public sealed record Prints(ImmutableArray<string> Out, ImmutableArray<string> Error) : Behaviour;

    /// <summary>Prints the same line this many times and exits with 0.</summary>
    public sealed record PrintsAlike(int Lines) : Behaviour;

    /// <summary>Says that it is ready, prints "out 1" to "out N" with pauses, and exits with 0.</summary>
    public sealed record PrintsSlowly(int Lines) : Behaviour;

    /// <summary>Prints one line of the letter x, this many bytes long, and exits with 0.</summary>
    public sealed record PrintsLong(int Length) : Behaviour;

    /// <summary>Prints a line, then text that no line end follows, and exits with 0.</summary>
    public sealed record PrintsWithoutLineEnd(string Line, string Rest) : Behaviour;

    /// <summary>Writes a file "left.txt" with this line into a folder of its own, <see cref="Folder"/>, and exits with 0.</summary>
    public sealed record Leaves(string Line) : Behaviour
    {
        public const string Folder = "/tmp/leaves";
    }

    /// <summary>Waits; SIGTERM has its natural effect.</summary>
    public sealed record Waits : Behaviour;

    /// <summary>Writes four MB, and then computes until it is stopped.</summary>
    public sealed record Works : Behaviour;

    public sealed record WaitsIgnoringTerm : Behaviour;

    public sealed record WaitsThenExits(int CodeOnTerm) : Behaviour;

    /// <summary>Takes memory until the limit kills it.</summary>
    public sealed record EatsMemory : Behaviour;

    public sealed record HasNoCommand : Behaviour;

    public sealed record HasNoImage : Behaviour;
}
