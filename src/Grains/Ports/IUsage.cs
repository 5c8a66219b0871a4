using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Usage;

namespace Granary.Grains.Ports;

/// <summary>
/// The usage events. They are gathered from the rows of tasks: nobody tells of one, so that none can be told twice, or not at all because a silo died. They are numbered in the order in which they were gathered.
/// </summary>
public interface IUsage
{
    /// <summary>Writes what follows from the rows and is not written yet. What was gathered up to now need not be looked through again.</summary>
    /// <param name="everything">Looks through all rows, not only those that were changed since.</param>
    /// <returns>How many events are new.</returns>
    Task<int> Gather(bool everything, CancellationToken cancellation);

    /// <summary>The same for the tasks of one app, before they are removed.</summary>
    Task Gather(AppId app, CancellationToken cancellation);

    Task<UsageEvent?> Find(Guid guid, CancellationToken cancellation);

    /// <param name="after">Only those that are numbered behind this event; null for all.</param>
    /// <returns>Null if there is no event <paramref name="after"/>.</returns>
    Task<RowPage<UsageEvent>?> Page(RowQuery query, Guid? after, CancellationToken cancellation);

    /// <summary>Forgets all events, and what happened until now, and begins with these.</summary>
    Task Reseed(ImmutableArray<UsageEvent> seeds, CancellationToken cancellation);

    /// <summary>Removes what happened before an instant; returns how many.</summary>
    Task<int> Remove(DateTimeOffset before, CancellationToken cancellation);
}
