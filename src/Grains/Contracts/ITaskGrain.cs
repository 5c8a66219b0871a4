using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Orleans.Concurrency;

namespace Granary.Grains.Contracts;

/// <summary>One task. Its key is <see cref="Keys.Task"/>; whoever submits chooses the guid.</summary>
public interface ITaskGrain : IWorkGrain
{
    /// <summary>Accepts the task, or answers with the one that this guid made before.</summary>
    Task<Answer<TaskState>> Submit(AppId app, TaskSubmission request);

    /// <summary>The task's durable state; null if there is none.</summary>
    Task<TaskState?> Get();

    /// <summary>The app that the task belongs to; null if there is no task. It asks the row only where the grain knows of none.</summary>
    Task<AppId?> App();

    /// <summary>The task, as soon as its end is durable. Null when it has not ended within <paramref name="atMost"/> (2 s at the most) or when this activation gives up: ask again.</summary>
    [AlwaysInterleave]
    Task<TaskState?> Ended(TimeSpan atMost);

    /// <summary>Asks for the end of the task. Idempotent until the task has ended.</summary>
    Task<Answer<TaskState>> Cancel();

    /// <summary>Removes a task that has ended, with its story. False while it has not.</summary>
    Task<bool> Forget();

    /// <summary>Replaces labels and annotations.</summary>
    Task<Answer<TaskState>> Relabel(Metadata metadata);

    /// <summary>Changes labels and annotations: a null value removes its key, what is not named stays.</summary>
    Task<Answer<TaskState>> ChangeMetadata(ImmutableSortedDictionary<string, string?> labels, ImmutableSortedDictionary<string, string?> annotations);
}
