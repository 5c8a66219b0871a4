using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Cells;
using Granary.Core.Tasks;
using Granary.Grains;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Polly;
using Polly.Retry;

namespace Granary.Client;

/// <summary>
/// The thin API over the cluster. Every call is idempotent and is tried again when a silo dies under it. A refusal is thrown as
/// <see cref="RefusedException"/>; a thing that does not exist is null where a method says so.
/// </summary>
public sealed partial class GranaryClient(IGrainFactory grains, TimeProvider clock)
{
    /// <summary>How long one question waits for the end of a task.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(2);

    /// <summary>A silo that hangs is held for dead after 4.6 s at most: for twice as long it is tried again. What else passes is tried for 1.5 s.</summary>
    private readonly ResiliencePipeline calls = new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddRetry(Retries(Faults.IsOfSilo, atMost: 12))
        .AddRetry(Retries(fault => Faults.Pass(fault) && !Faults.IsOfSilo(fault), atMost: 4))
        .Build();

    private IListingGrain Listing => grains.GetGrain<IListingGrain>(0);

    /// <summary>Submits a task. With the same <paramref name="id"/> it may be repeated: it makes one task.</summary>
    public Task<TaskState> Run(AppId app, TaskSubmission submission, TaskId? id = null, CancellationToken cancellation = default)
    {
        var task = grains.GetGrain<ITaskGrain>(Keys.Task(id ?? new TaskId(Guid.NewGuid())));
        return Ask(() => task.Submit(app, submission), cancellation);
    }

    /// <summary>The task, or null.</summary>
    public Task<TaskState?> FindTask(TaskId task, CancellationToken cancellation = default) =>
        Call(() => grains.GetGrain<ITaskGrain>(Keys.Task(task)).Get(), cancellation);

    /// <summary>The app of a task, or null where there is none. It never changes, so that it takes less to answer than <see cref="FindTask"/>.</summary>
    public Task<AppId?> AppOf(TaskId task, CancellationToken cancellation = default) =>
        Call(() => grains.GetGrain<ITaskGrain>(Keys.Task(task)).App(), cancellation);

    /// <summary>Why a PENDING task waits, in words; null when it does not.</summary>
    public Task<string?> WhyWaiting(TaskId task, CancellationToken cancellation = default) =>
        Call(() => grains.GetGrain<IPlacementGrain>(Keys.Placement).Why(task.Value), cancellation);

    public Task<TaskState> Cancel(TaskId task, CancellationToken cancellation = default) =>
        Ask(() => grains.GetGrain<ITaskGrain>(Keys.Task(task)).Cancel(), cancellation);

    /// <summary>Replaces labels and annotations.</summary>
    public Task<TaskState> Relabel(TaskId task, Metadata metadata, CancellationToken cancellation = default) =>
        Ask(() => grains.GetGrain<ITaskGrain>(Keys.Task(task)).Relabel(metadata), cancellation);

    /// <summary>Changes labels and annotations: a null value removes its key, what is not named stays.</summary>
    public Task<TaskState> ChangeMetadata(TaskId task, ImmutableSortedDictionary<string, string?> labels, ImmutableSortedDictionary<string, string?> annotations, CancellationToken cancellation = default) =>
        Ask(() => grains.GetGrain<ITaskGrain>(Keys.Task(task)).ChangeMetadata(labels, annotations), cancellation);

    public Task<RowPage<TaskState>> Tasks(RowQuery query, CancellationToken cancellation = default) => Call(() => Listing.Tasks(query), cancellation);

    /// <summary>Returns when the task has SUCCEEDED or FAILED. Ends early only by its token.</summary>
    public async Task<TaskState> Wait(TaskId task, CancellationToken cancellation = default)
    {
        var state = await FindTask(task, cancellation) ?? throw new RefusedException(new Refusal(RefusalReason.TaskNotFound, "Task not found"));
        while (!state.IsFinished)
        {
            state = await Call(() => grains.GetGrain<ITaskGrain>(Keys.Task(task)).Ended(AskAgain), cancellation) ?? await FindTask(task, cancellation) ?? state;
        }

        return state;
    }

    public async Task<IReadOnlyList<CellView>> Cells(CancellationToken cancellation = default) =>
        await Call(() => grains.GetGrain<IPlacementGrain>(Keys.Placement).Cells(), cancellation);

    private static RetryStrategyOptions Retries(Func<Exception, bool> faults, int atMost) => new()
    {
        ShouldHandle = new PredicateBuilder().Handle(faults),
        MaxRetryAttempts = atMost,
        Delay = TimeSpan.FromMilliseconds(100),
        MaxDelay = TimeSpan.FromSeconds(1),
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
    };

    private async Task<T> Call<T>(Func<Task<T>> call, CancellationToken cancellation) =>
        await calls.ExecuteAsync(async token => await call().WaitAsync(token), cancellation);

    private async Task<T> Ask<T>(Func<Task<Answer<T>>> call, CancellationToken cancellation)
    {
        var answer = await Call(call, cancellation);
        return answer.Refusal is { } refusal ? throw new RefusedException(refusal) : answer.Value!;
    }
}
