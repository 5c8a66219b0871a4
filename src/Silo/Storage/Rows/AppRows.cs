using Granary.Core.Apps;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Rows;

/// <summary>What sweeps ask about apps.</summary>
internal sealed class AppRows(Database database, Totals totals) : DocumentRows<AppDocument, AppState>(AppDocument.Kind, database, totals), IAppRows
{
    private static readonly string[] Kinds = [AppDocument.Kind];

    public async Task<IReadOnlyList<AppId>> Due(DateTimeOffset now, int countMax, CancellationToken cancellation) =>
        [.. (await DueRows.Read(Database, Kinds, now, countMax, cancellation)).Select(guid => new AppId(guid))];
}
