using Granary.Core.Attempts;

namespace Granary.Grains.Ports;

/// <summary>A start that was ordered of the engine and of which it is not known what came.</summary>
/// <param name="Pid">The process that ordered it.</param>
/// <param name="StartedAt">When that process started, in clock ticks since the boot: a process id may be used again.</param>
public sealed record StartMark(AttemptKey Attempt, int Pid, string StartedAt, DateTimeOffset At);

/// <summary>The starts in flight on a host, so that a warden sees them after the silo that ordered them has died. They need not survive the host.</summary>
public interface IStartMarks
{
    /// <summary>Marks a start that this process is about to order. Takes the place of a mark that another process left for the same attempt.</summary>
    void Mark(AttemptKey attempt);

    /// <summary>It is known what came of the start. Idempotent.</summary>
    void Clear(AttemptKey attempt);

    IReadOnlyList<StartMark> All();
}
