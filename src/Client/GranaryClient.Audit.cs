using Granary.Core.Audit;
using Granary.Grains.Ports;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>What was done; the state of the query is the type, its apps are those to which it was done.</summary>
    public Task<RowPage<AuditEvent>> Events(RowQuery query, CancellationToken cancellation = default) => Call(() => Listing.Events(query), cancellation);
}
