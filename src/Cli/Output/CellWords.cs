using System.Text.Json;
using Granary.Cli.Http;

namespace Granary.Cli.Output;

/// <summary>What a cell says of itself.</summary>
internal static class CellWords
{
    /// <summary>What is wrong with it, in words; null for one that is up, draining or drained.</summary>
    public static string? Trouble(JsonElement cell) => cell.Text("state") is { } words and not ("up" or "draining" or "drained") ? words : null;
}
