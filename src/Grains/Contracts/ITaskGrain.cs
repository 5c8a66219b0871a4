using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Tasks;

namespace Granary.Grains.Contracts;

/// <summary>One task. Its key is <see cref="Keys.Task"/>; whoever submits chooses the guid.</summary>
public interface ITaskGrain : IGrainWithStringKey
{
    /// <summary>Accepts the task, or answers with the one that this guid made before.</summary>
    Task<Answer<TaskState>> Submit(AppId app, TaskSubmission request);

    /// <summary>The task's durable state; null if there is none.</summary>
    Task<TaskState?> Get();

    /// <summary>Asks for the end of the task. Idempotent until the task has ended.</summary>
    Task<Answer<TaskState>> Cancel();

    /// <summary>Replaces labels and annotations.</summary>
    Task<Answer<TaskState>> Relabel(Metadata metadata);

    /// <summary>Changes labels and annotations: a null value removes its key, what is not named stays.</summary>
    Task<Answer<TaskState>> ChangeMetadata(ImmutableSortedDictionary<string, string?> labels, ImmutableSortedDictionary<string, string?> annotations);

    /// <summary>Placement's choice. True when the task now runs as this attempt on this cell.</summary>
    Task<bool> Place(int attempt, CellId cell, string? waited);

    /// <summary>A cell's word about an attempt; durable when the call returns, so the cell may forget it then.</summary>
    Task Report(AttemptReport report);

    /// <summary>Somebody thinks that the task should look after itself.</summary>
    Task Wake();
}
