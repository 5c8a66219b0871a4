using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Cells;

namespace Granary.Silo.Docker;

/// <summary>The labels that make things on an engine ours. A container names its cell, its work and its attempt, never the silo.</summary>
public static class ContainerLabels
{
    public const string Cell = "granary.cell";

    public const string Work = "granary.work";

    public const string Attempt = "granary.attempt";

    /// <summary>On the network for containers that may reach out; its value is the network's name.</summary>
    public const string Network = "granary.network";

    /// <summary>On the volume that holds the engine's identity; its value is the marker.</summary>
    public const string Identity = "granary.identity";

    internal static Dictionary<string, string> Of(CellId cell, AttemptKey attempt) => new()
    {
        [Cell] = cell.Name,
        [Work] = attempt.Work.ToString("D"),
        [Attempt] = attempt.Number.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Who a container belongs to; null if it is not ours.</summary>
    internal static (CellId Cell, AttemptKey Attempt)? Read(IDictionary<string, string>? labels) =>
        labels is not null
        && labels.TryGetValue(Cell, out var cell)
        && labels.TryGetValue(Work, out var work)
        && labels.TryGetValue(Attempt, out var attempt)
        && Guid.TryParseExact(work, "D", out var guid)
        && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (new CellId(cell), new AttemptKey(guid, number))
            : null;
}
