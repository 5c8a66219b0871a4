using Granary.Core.Audit;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Writes down what somebody did. With the same id it may be repeated.</summary>
    public Task Record(AuditEvent happened, CancellationToken cancellation = default) => Call(
        async () =>
        {
            await grains.GetGrain<IAuditGrain>(Keys.Audit(happened.Id)).Record(happened);
            return happened;
        },
        cancellation);

    /// <summary>What was done; the state of the query is the type, its apps are those to which it was done.</summary>
    public Task<RowPage<AuditEvent>> Events(RowQuery query, CancellationToken cancellation = default) => Call(() => Listing.Events(query), cancellation);
}
