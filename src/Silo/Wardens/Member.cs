using System.Globalization;
using System.Net;

namespace Granary.Silo.Wardens;

/// <summary>Names the process that enforces a lease, and where it can be asked: NAME@IP:PORT, as it stands in the lease's row.</summary>
/// <param name="Name">Nobody else's: each process has a new one.</param>
/// <param name="Endpoint">Where it answers, over UDP.</param>
internal sealed record Member(string Name, IPEndPoint Endpoint)
{
    /// <summary>A name for this process.</summary>
    public static Member Here(string kind, IPEndPoint endpoint) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{kind}-{Environment.ProcessId}-{Guid.NewGuid():N}"), endpoint);

    /// <summary>Null for what is not of this form.</summary>
    public static IPEndPoint? EndpointOf(string? holder) =>
        holder?.Split('@') is [_, var place] && IPEndPoint.TryParse(place, out var endpoint) ? endpoint : null;

    public override string ToString() => $"{Name}@{Endpoint}";
}
