using Granary.Core.Apps;
using Granary.Core.Tasks;

namespace Granary.Core.Builds;

/// <summary>Something that happened to a build. Everything the decision needs from outside is inside the event, the time included.</summary>
public abstract record BuildEvent(DateTimeOffset At)
{
    /// <summary>Somebody asked for a droplet.</summary>
    /// <param name="Droplet">What it will be; whole if <paramref name="Spec"/> is null.</param>
    /// <param name="Spec">What is to run for it; null when nothing is.</param>
    public sealed record Requested(DateTimeOffset At, DropletState Droplet, TaskSpec? Spec) : BuildEvent(At);

    /// <summary>Something happened to the staging: it was placed, reported, cancelled, waked.</summary>
    public sealed record Ran(TaskEvent Event) : BuildEvent(Event.At);
}
