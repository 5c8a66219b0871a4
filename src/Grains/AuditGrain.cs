using Granary.Core.Audit;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>One event of the audit: written once, and from then on only read by lists.</summary>
internal sealed class AuditGrain([PersistentState(AuditDocument.Kind, StorageNames.Granary)] IPersistentState<AuditDocument> store) : DurableGrain<AuditDocument, AuditEvent>(store), IAuditGrain
{
    public async Task Record(AuditEvent happened)
    {
        if (State.Type.Length == 0)
        {
            await Save(happened);
        }

        DeactivateOnIdle(); // Nobody asks it again.
    }
}
