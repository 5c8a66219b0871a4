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

    /// <summary>Somebody will upload a droplet that he has from elsewhere.</summary>
    public sealed record Promised(DateTimeOffset At, DropletState Droplet) : BuildEvent(At);

    /// <summary>It was uploaded, and looked through.</summary>
    /// <param name="Image">What its containers are made of.</param>
    public sealed record Arrived(DateTimeOffset At, Guid Upload, StagingProduct Product, string Image) : BuildEvent(At);

    /// <summary>Something happened to the staging: it was placed, reported, cancelled, waked.</summary>
    public sealed record Ran(TaskEvent Event) : BuildEvent(Event.At);
}
