using Granary.Core.Attempts;
using Granary.Grains.Ports;

namespace Granary.Silo.Wardens;

/// <summary>
/// Counts the starts that the engine may still carry out. A silo that lives will say what came of its own. Those of a silo that died are waited for, because
/// the engine may have been told: until the attempt is seen in the cell's group, where it is killed, or for as long as an engine takes for a start.
/// </summary>
internal sealed class StartsInFlight(IStartMarks marks, TimeSpan startMax)
{
    private readonly Dictionary<AttemptKey, TimeSpan> orphanedSince = [];

    /// <summary>Of what a start is under way, or was when its silo died.</summary>
    public IEnumerable<AttemptKey> Attempts => marks.All().Select(each => each.Attempt);

    /// <param name="seen">Attempts that had a process in the group: their starts got through.</param>
    public int Count(IReadOnlySet<AttemptKey> seen)
    {
        var count = 0;
        var now = HostClock.Now;
        foreach (var mark in marks.All().Where(each => !seen.Contains(each.Attempt)))
        {
            if (new ProcessIdentity(ProcessIdentity.ThisBoot, mark.Pid, mark.StartedAt).IsAlive)
            {
                count++;
            }
            else if (now - Since(mark.Attempt, now) < startMax)
            {
                count++;
            }
            else
            {
                marks.Clear(mark.Attempt);
                orphanedSince.Remove(mark.Attempt);
            }
        }

        return count;
    }

    private TimeSpan Since(AttemptKey attempt, TimeSpan now)
    {
        orphanedSince.TryAdd(attempt, now);
        return orphanedSince[attempt];
    }
}
