using System.Collections.Immutable;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Placement;
using Granary.Core.Runtime;
using Orleans.Concurrency;

namespace Granary.Grains.Contracts;

/// <summary>Finds cells for tasks and instances that wait. There is one, with the key <see cref="Keys.Placement"/>; it is a cache of the PENDING rows and may die at any time.</summary>
public interface IPlacementGrain : IGrainWithStringKey
{
    /// <summary>Adds to the queue; what is in it already is replaced.</summary>
    Task Enqueue(ImmutableArray<QueuedWork> waiting);

    /// <summary>Takes off the queue what ended while it waited, and instances off the cells that they held: nothing is kept for them any more.</summary>
    /// <param name="works">Guids of tasks and instances.</param>
    Task Withdraw(ImmutableArray<Guid> works);

    /// <summary>A cell's word about itself: each second, and as soon as room appears.</summary>
    /// <param name="settled">Attempts that the cell has admitted or declined since its last word: its ledger counts them now, or never will.</param>
    Task Report(CellView cell, ImmutableArray<AttemptKey> settled);

    /// <summary>The cell's lease has ended: it takes nothing until it speaks again.</summary>
    Task Lost(CellId cell, string evidence);

    /// <summary>Reads the waiting rows again: what somebody wanted to tell may have died with a silo.</summary>
    Task ReadAgain();

    /// <summary>Why a task or an instance waits, in words; null if it does not wait here.</summary>
    Task<string?> Why(Guid work);

    Task<ImmutableArray<CellView>> Cells();
}

/// <summary>One cell, wherever it is served. Its key is <see cref="Keys.Cell"/>.</summary>
public interface ICellGrain : IGrainWithStringKey
{
    /// <summary>Hands over orders about attempts, in sequence. They are carried out after the call has returned.</summary>
    Task Order(ImmutableArray<AttemptEffect> orders);

    /// <summary>What attempts use that run there; of others, and of those whose measure was not taken in time, nothing is told.</summary>
    [AlwaysInterleave]
    Task<ImmutableArray<AttemptUsage>> Usage(ImmutableArray<AttemptKey> attempts);

    /// <summary>The silo that serves the cell, by name and address.</summary>
    Task<string> Server();
}
