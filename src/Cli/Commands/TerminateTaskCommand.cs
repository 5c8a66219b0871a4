using System.CommandLine;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class TerminateTaskCommand
{
    public static Command Create()
    {
        var name = Shared.App();
        var number = Shared.TaskNumber();
        var command = new Command("terminate-task", "Stops a task: SIGTERM, and after a grace SIGKILL.") { name, number, Shared.Output };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var (_, guid) = await session.TaskGuid(parsed.GetRequiredValue(name), parsed.GetValue(number), cancellation);
            var task = await session.Api.Post($"/v3/tasks/{guid}/actions/cancel", null, cancellation);
            if (session.InJson)
            {
                session.Terminal.Json(task);
                return;
            }

            session.Terminal.Line($"Task {parsed.GetValue(number)} is {Shown.Harmless(task.Text("state"))}.");
        });
        return command;
    }
}
