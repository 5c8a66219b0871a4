namespace Granary.Grains.Cells;

/// <summary>
/// Lets the attempts of a cell start in the order in which they were placed, although they are prepared side by side. A start that
/// takes long (an image is fetched) holds the later ones up for a bounded time only.
/// </summary>
internal sealed class StartTurns(TimeSpan waitMax, TimeProvider clock)
{
    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;

    /// <summary>The next place in the order. Who takes one must end it with <see cref="StartTurn.Done"/>.</summary>
    public StartTurn Take()
    {
        lock (gate)
        {
            var turn = new StartTurn(last, waitMax, clock);
            last = turn.Passed;
            return turn;
        }
    }
}

/// <summary>One place in the order of a cell's starts.</summary>
internal sealed class StartTurn(Task before, TimeSpan waitMax, TimeProvider clock)
{
    private readonly TaskCompletionSource passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool waitedEnough;

    /// <summary>Completes when this start and those before it are done, or it has waited for them long enough.</summary>
    public Task Passed => passed.Task;

    /// <summary>Returns when those placed before have started or will not start, or after the longest wait.</summary>
    public async Task Come(CancellationToken cancellation)
    {
        if (before.IsCompleted || waitedEnough)
        {
            return;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        waitedEnough = await Task.WhenAny(before, Task.Delay(waitMax, clock, enough.Token)) != before;
        await enough.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>It has started, or never will. Idempotent.</summary>
    public void Done()
    {
        if (waitedEnough || before.IsCompleted)
        {
            passed.TrySetResult();
        }
        else
        {
            before.ContinueWith(_ => passed.TrySetResult(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
