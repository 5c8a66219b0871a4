using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;

namespace Granary.Core.Tasks;

/// <summary>The environment of a task's process. What only the cell knows comes last, from <see cref="ForAttempt"/>.</summary>
public static class TaskEnvironment
{
    /// <summary>Where a droplet's files lie in its container.</summary>
    public const string AppDirectory = "/home/vcap/app";

    public const string GuidVariable = "GRANARY_TASK_GUID";

    public const string AttemptVariable = "GRANARY_TASK_ATTEMPT";

    public static ImmutableSortedDictionary<string, string> For(AppState app, DropletState droplet, TaskId task, int memoryMb, TaskPolicy policy, PlaceNames place) =>
        AppEnvironment.For(app, droplet, app.Environment, task.Value, memoryMb, policy.DiskMb, policy, place).SetItem(GuidVariable, task.ToString());

    /// <inheritdoc cref="AppEnvironment.ForAttempt"/>
    public static ImmutableSortedDictionary<string, string> ForAttempt(ImmutableSortedDictionary<string, string> environment, AttemptKey attempt, string address) =>
        AppEnvironment.ForAttempt(environment, attempt, address);
}
