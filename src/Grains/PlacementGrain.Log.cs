using Granary.Core.Cells;
using Microsoft.Extensions.Logging;

namespace Granary.Grains;

internal sealed partial class PlacementGrain
{
    [LoggerMessage(LogLevel.Warning, "{Work} could not be placed on {Cell}; its row decides what became of it")]
    private static partial void LogPlaceFailed(ILogger logger, Guid work, CellId cell, Exception fault);

    [LoggerMessage(LogLevel.Warning, "The row of {Work} could not be read; it stays in the queue")]
    private static partial void LogRequeueFailed(ILogger logger, Guid work, Exception fault);

    [LoggerMessage(LogLevel.Warning, "The waiting rows could not be read again; the next time will do")]
    private static partial void LogReadAgainFailed(ILogger logger, Exception fault);

    [LoggerMessage(LogLevel.Warning, "The leases could not be read, so that cells may be missing from a list: {Fault}")]
    private static partial void LogLeasesUnread(ILogger logger, string fault);
}
