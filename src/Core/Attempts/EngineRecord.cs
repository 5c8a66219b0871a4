using System.Collections.Immutable;
using Granary.Core.Runtime;

namespace Granary.Core.Attempts;

/// <summary>One life of an engine process, as far as the cell can prove it. All instants are of the clock of the cell's host.</summary>
/// <param name="Process">Identifies the process (boot, pid and start time, with slashes between), so that a restart is never mistaken for continuity.</param>
/// <param name="StartedAt">When the process started; null where it cannot be seen (a remote engine).</param>
/// <param name="UpFrom">When the first answer was there. What ended earlier may have ended in the engine's start-up clean-up, during which it takes connections already.</param>
/// <param name="UpUntil">When the last answered fresh connection was opened. A stopping engine closes its listener first, so up to here it was not stopping.</param>
/// <param name="GoneAt">When the process was first seen to be absent; null while it lives or where it cannot be seen.</param>
/// <param name="GoneUntil">When it was last seen to be absent, without a gap in the watching since <paramref name="GoneAt"/>.</param>
public sealed record EngineLife(
    string Process,
    DateTimeOffset? StartedAt,
    DateTimeOffset UpFrom,
    DateTimeOffset UpUntil,
    DateTimeOffset? GoneAt = null,
    DateTimeOffset? GoneUntil = null);

/// <summary>
/// The lives of a cell's engine, oldest first; the cell keeps them durably on its host. They answer one question: did a process end
/// by itself, or may the engine's stop or start-up have ended it? (DESIGN 4: an exit is the command's own only if it happened while the
/// engine was continuously up and not stopping, or while the engine process was provably absent.)
/// </summary>
public sealed record EngineRecord(ImmutableList<EngineLife> Lives)
{
    /// <summary>Lives kept; older ones can only concern containers that were reported long ago.</summary>
    public const int LivesKept = 32;

    /// <summary>
    /// The longest time between two looks that still counts as watching. A life of the engine that nobody saw could pass in a longer gap,
    /// and what ended in it may have been ended by that life.
    /// </summary>
    public static readonly TimeSpan GapMax = TimeSpan.FromSeconds(3);

    public static readonly EngineRecord Empty = new([]);

    /// <summary>In the place of a process that cannot be seen.</summary>
    private const string Unseen = "unseen";

    /// <summary>The engine answered on a fresh connection.</summary>
    public EngineRecord Answered(EngineAnswer answer)
    {
        var (process, at) = (answer.Process ?? Unseen, answer.OpenedAt);
        if (Lives is [.., var last] && last.Process == process && last.GoneAt is null)
        {
            return at <= last.UpUntil ? this : new EngineRecord(Lives.SetItem(Lives.Count - 1, last with { UpUntil = at }));
        }

        var lives = Lives.Add(new EngineLife(process, answer.StartedAt, answer.AnsweredAt, answer.AnsweredAt));
        return new EngineRecord(lives.Count > LivesKept ? lives.RemoveAt(0) : lives);
    }

    /// <summary>The engine process was seen to be absent at <paramref name="at"/>.</summary>
    public EngineRecord Gone(string process, DateTimeOffset at)
    {
        if (Lives is not [.., var last] || last.Process != process || at <= last.GoneUntil || at - last.GoneUntil > GapMax)
        {
            return this;
        }

        return new EngineRecord(Lives.SetItem(Lives.Count - 1, last with { GoneAt = last.GoneAt ?? at, GoneUntil = at }));
    }

    /// <summary>The engine is known to have been up at this instant, and not stopping: what processes wrote until then was heard.</summary>
    public bool WasUp(DateTimeOffset at) => Lives.Exists(life => life.UpFrom <= at && at <= life.UpUntil);

    /// <summary>Whether a process that ended at <paramref name="finishedAt"/> ended by itself; null when it did, else the reason for doubt in words.</summary>
    public string? DoubtAbout(DateTimeOffset finishedAt)
    {
        for (var index = Lives.Count - 1; index >= 0; index--)
        {
            var life = Lives[index];
            if (finishedAt > life.UpUntil)
            {
                var next = index + 1 < Lives.Count ? Lives[index + 1] : null;
                return WasAbsent(life, next, finishedAt) ? null : "it ended while its engine was stopping or starting";
            }

            if (finishedAt >= life.UpFrom)
            {
                return null;
            }
        }

        return "it ended before its engine was seen to be up";
    }

    /// <summary>
    /// Nobody looked at the engine when a process ended, and the host was not started anew since: the process may have run until then, whatever ended it.
    /// </summary>
    public bool WasUnwatched(DateTimeOffset finishedAt)
    {
        for (var index = 0; index < Lives.Count; index++)
        {
            var life = Lives[index];
            var next = index + 1 < Lives.Count && BootOf(Lives[index + 1]) == BootOf(life) ? Lives[index + 1] : null;
            if (IsInGap(life.UpUntil, life.GoneAt ?? next?.UpFrom, finishedAt) || IsInGap(life.GoneUntil, next?.UpFrom, finishedAt))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsInGap(DateTimeOffset? lastLook, DateTimeOffset? nextLook, DateTimeOffset at) => lastLook < at && at < nextLook && nextLook - lastLook > GapMax;

    private static string BootOf(EngineLife life) => life.Process.Split('/')[0];

    private static bool WasAbsent(EngineLife life, EngineLife? next, DateTimeOffset finishedAt) =>
        life.GoneAt <= finishedAt && finishedAt <= life.GoneUntil && (next is null || finishedAt < next.StartedAt);
}
