using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Cells;

namespace Granary.Grains.Cells;

/// <summary>The cell's ledger with one writer at a time, and the news in it that placement has not heard yet.</summary>
internal sealed class CellBooks
{
    private readonly Lock gate = new();
    private CellLedger ledger = CellLedger.Of(default);
    private ImmutableArray<AttemptKey> settled = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CellLedger Ledger
    {
        get
        {
            lock (gate)
            {
                return ledger;
            }
        }
    }

    public string Engine { get; private set; } = "";

    /// <summary>Why nothing is admitted; null while what fits is.</summary>
    public string? ClosedBy { get; private set; }

    /// <summary>How many attempts there are, and whether none can come any more.</summary>
    public (int Attempts, bool IsClosed) Count()
    {
        lock (gate)
        {
            return (ledger.Entries.Count, ClosedBy is not null);
        }
    }

    public void Close(string? by)
    {
        lock (gate)
        {
            ClosedBy = by;
            Touch();
        }
    }

    public void Open(CellCapacity total, string engine)
    {
        lock (gate)
        {
            ledger = ledger with { Total = total };
            Engine = engine;
            Touch();
        }
    }

    /// <summary>The reason why the attempt does not fit; null when it is counted now.</summary>
    public string? Admit(AttemptKey attempt, CellCapacity wanted)
    {
        lock (gate)
        {
            if (ClosedBy is not null && !ledger.Entries.ContainsKey(attempt))
            {
                return ClosedBy;
            }

            (ledger, var reason) = ledger.Admit(attempt, wanted);
            return reason;
        }
    }

    /// <summary>Counts what is there already.</summary>
    public void Reserve(AttemptKey attempt, CellCapacity wanted)
    {
        lock (gate)
        {
            ledger = ledger.Reserve(attempt, wanted);
            Touch();
        }
    }

    public void Release(AttemptKey attempt)
    {
        lock (gate)
        {
            ledger = ledger.Release(attempt);
            Touch();
        }
    }

    /// <summary>The ledger counts the attempt from now on, or never will.</summary>
    public void Settle(AttemptKey attempt)
    {
        lock (gate)
        {
            settled = settled.Add(attempt);
            Touch();
        }
    }

    public ImmutableArray<AttemptKey> TakeSettled()
    {
        lock (gate)
        {
            var taken = settled;
            settled = [];
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return taken;
        }
    }

    public void ReturnSettled(ImmutableArray<AttemptKey> taken)
    {
        lock (gate)
        {
            settled = settled.AddRange(taken);
        }
    }

    public void Touch() => changed.TrySetResult();

    /// <summary>Completes when something changed since <see cref="TakeSettled"/>, or when the time is over.</summary>
    public async Task Changed(TimeSpan atMost, TimeProvider clock, CancellationToken cancellation)
    {
        Task news;
        lock (gate)
        {
            news = changed.Task;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(news, Task.Delay(atMost, clock, enough.Token));
        await enough.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }
}
