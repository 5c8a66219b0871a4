using System.CommandLine;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class UncordonCommand
{
    public static Command Create()
    {
        var name = Shared.Cell();
        var command = new Command("uncordon", "Lets a drained cell take what comes again; ends a drain that is under way.") { name, Shared.Output };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var cell = await session.Api.Post($"/api/cells/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}/actions/uncordon", null, cancellation);
            if (session.InJson)
            {
                session.Terminal.Json(cell);
                return;
            }

            session.Terminal.Line($"{Shown.Harmless(cell.Text("name"))} takes what comes.");
        });
        return command;
    }
}
