namespace Granary.Grains.Cells;

/// <summary>The right of this silo to serve its cell, and to start attempts there.</summary>
internal interface ICellLease
{
    /// <summary>Completes when this process holds the cell's folder.</summary>
    Task Held { get; }

    /// <summary>Completes when what there is was compared for the first time: orders may be carried out.</summary>
    Task Compared { get; }

    /// <summary>The lease's epoch: what begins under one is not started under another.</summary>
    long Epoch { get; }

    /// <summary>The serving epoch of this process; 0 where nobody counts.</summary>
    long ServingEpoch { get; }

    /// <summary>When the host's part in the cell ends, as its warden said; null while it goes on.</summary>
    DateTimeOffset? EndsAt { get; }

    /// <summary>Why nothing can be started just now; null when it can.</summary>
    string? Trouble { get; }

    /// <summary>Comes to serve the cell, and serves it until cancelled.</summary>
    /// <param name="compare">Compares what there is with rows that are read after the call. Called again under each epoch of the lease.</param>
    Task Run(Func<CancellationToken, Task> compare, CancellationToken cancellation);

    /// <summary>Whether the engine may be told now to start an attempt whose start began under this epoch.</summary>
    bool MayStart(long beganUnder);

    /// <summary>What came of asking the engine for a sign of life.</summary>
    void Probed(bool engineAnswers);
}

/// <summary>A single node has no lease: nobody else could start its attempts.</summary>
internal sealed class NoLease(CellSuccession succession) : ICellLease
{
    private readonly TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource compared = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Held => held.Task;

    public Task Compared => compared.Task;

    public long Epoch => 0;

    public long ServingEpoch => 0;

    public DateTimeOffset? EndsAt => null;

    public string? Trouble => null;

    public async Task Run(Func<CancellationToken, Task> compare, CancellationToken cancellation)
    {
        await succession.Come(cancellation);
        held.TrySetResult();
        await compare(cancellation);
        compared.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
    }

    public bool MayStart(long beganUnder) => true;

    public void Probed(bool engineAnswers)
    {
        // Nobody waits for it.
    }
}
