using System.Collections.Concurrent;
using System.Net;
using Granary.Core.Cells;
using Granary.Grains.Ports;

namespace Granary.Silo.Wardens;

/// <summary>Where the members of the roster can be asked, as their leases said last: kept while the database is away, which is when it is needed.</summary>
internal sealed class MemberEndpoints
{
    private readonly ConcurrentDictionary<CellId, IPEndPoint> known = new();

    public void Take(LeaseReading reading)
    {
        foreach (var lease in reading.Leases)
        {
            if (Member.EndpointOf(lease.Holder) is { } endpoint)
            {
                known[lease.Cell] = endpoint;
            }
        }
    }

    /// <summary>Null if that is not known.</summary>
    public IPEndPoint? Of(CellId member) => known.GetValueOrDefault(member);
}
