using System.CommandLine;
using System.Text.Json;
using Granary.Cli.Http;
using Granary.Cli.Output;
using Granary.Core.Cells;

namespace Granary.Cli.Commands;

internal static class CellsCommand
{
    public static Command Create()
    {
        var command = new Command("cells", "Lists the cells: where containers run, and how much room each has.") { Shared.Output };
        Session.Act(command, async (_, session, cancellation) =>
        {
            var cells = (await session.Api.Get("/api/cells", cancellation)).Items("resources").ToArray();
            if (session.InJson)
            {
                session.Terminal.Json(cells);
                return;
            }

            var listing = new Listing(session.Terminal, "cell", "state", "attempts", "memory", "disk", "since", "server", "epochs", "engine", "why");
            foreach (var cell in cells)
            {
                listing.Add(
                    cell.Text("name"),
                    CellWords.Trouble(cell) is null ? cell.Text("state") : "down",
                    cell.Text("attempts"),
                    Room(cell, "memory_in_mb"),
                    Room(cell, "disk_in_mb"),
                    cell.Text("since"),
                    cell.Text("server"),
                    Epochs(cell),
                    cell.Text("engine"),
                    Why(cell));
            }

            if (listing.IsEmpty)
            {
                Terminal.Note("No cell is known to the server yet.");
                return;
            }

            listing.Show();
        });
        return command;
    }

    /// <summary>Of the lease and of the serving; nothing on a single node, which has neither.</summary>
    private static string Epochs(JsonElement cell) => cell.Number("lease_epoch") is > 0 and var lease ? $"{lease}/{cell.Number("serving_epoch")}" : "";

    /// <summary>What is wrong with it, what is ordered of it, and for whom it is kept.</summary>
    private static string Why(JsonElement cell) => string.Join("; ", new[] { CellWords.Trouble(cell), Ordered(cell), Segment(cell) }.OfType<string>());

    private static string? Ordered(JsonElement cell) =>
        cell.Text("drain", "why") is { } why ? $"{cell.Text("drain", "state")}{(cell.Text("drain", "deadline_at") is { } at ? $" until {at}" : "")}: {why}" : null;

    private static string? Segment(JsonElement cell) => cell.Text("isolation_segment") is { } segment and not CellSegment.Shared ? $"isolation segment {segment}" : null;

    private static string Room(JsonElement cell, string resource) => $"{cell.Text("reserved", resource)} of {cell.Text("total", resource)} MB";
}
