using Granary.Core.Runtime;
using Microsoft.Extensions.Logging;

namespace Granary.Grains.Cells;

/// <summary>The engine of this cell carries the mark of another one, or somebody else has the mark's place. Nothing of it is touched.</summary>
public sealed class ForeignEngineException(string message) : Exception(message);

/// <summary>
/// The engine's own id is no identity (all engines of a machine may share it), so the cell keeps a mark of its own on both sides:
/// its name and a number that nobody else has. A mark that is missing is rewritten, not believed; one of another cell is refused,
/// because two cells on one engine would remove each other's containers.
/// </summary>
internal sealed partial class CellIdentity(ServedCell cell)
{
    /// <exception cref="ForeignEngineException">The engine belongs to another cell.</exception>
    public async Task Check(EngineView engine, CancellationToken cancellation)
    {
        var own = await cell.Services.Journal.Marker(cancellation);
        if (engine.Marker is { } found && found != own && (own is not null || !found.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            throw new ForeignEngineException(
                $"the engine {engine.Name} carries the identity mark {found}, and that of {cell.Id} is {own ?? "not written yet"}: one engine is one cell. "
                + "Give this silo the engine of its own cell; or, if the cell that the mark names is gone for good, remove the mark from the engine (with Docker it is the volume granary-identity).");
        }

        var level = own is null ? LogLevel.Information : LogLevel.Warning; // A mark that was there and is gone went with the engine's data.
        if (own is null)
        {
            cell.Notes.IsWhole = engine.Marker is null;
            own = engine.Marker ?? $"{Prefix}{Guid.NewGuid():N}";
            await cell.Services.Journal.WriteMarker(own, cancellation);
        }

        if (engine.Marker is null)
        {
            LogMarked(cell.Services.Logger, level, cell.Id.Name, own);
            await cell.Services.Runtime.Mark(own, cancellation);
        }
    }

    private string Prefix => $"{cell.Id}/";

    [LoggerMessage("The engine of {Cell} carried no identity mark; it is {Mark} now")]
    private static partial void LogMarked(ILogger logger, LogLevel level, string cell, string mark);
}
