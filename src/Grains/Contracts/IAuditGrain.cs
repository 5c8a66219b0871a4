using Granary.Core.Audit;

namespace Granary.Grains.Contracts;

/// <summary>One event of the audit. Its key is <see cref="Keys.Audit"/>.</summary>
public interface IAuditGrain : IGrainWithStringKey
{
    /// <summary>Writes the event. Repeated, the first counts.</summary>
    Task Record(AuditEvent happened);
}
