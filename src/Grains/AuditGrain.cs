using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Audit;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>One event of the audit: written once, said in the log of its app, and from then on only read by lists.</summary>
internal sealed class AuditGrain([PersistentState(AuditDocument.Kind, StorageNames.Granary)] IPersistentState<AuditDocument> store, AppLog log) : DurableGrain<AuditDocument, AuditEvent>(store), IAuditGrain
{
    public async Task Record(AuditEvent happened)
    {
        if (State.Type.Length == 0)
        {
            await Save(happened);
        }

        if (AuditWords.Of(State) is { } words)
        {
            await log.Say(new AppId(State.App), State.Id, LogSources.Api, [words]);
        }

        DeactivateOnIdle(); // Nobody asks it again.
    }
}
