using System.CommandLine;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class TasksCommand
{
    public static Command Create()
    {
        var name = Shared.App();
        var command = new Command("tasks", "Lists the tasks of an app, the newest first.") { name, Shared.Output };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var app = await session.App(parsed.GetRequiredValue(name), cancellation);
            var tasks = await session.Api.All($"/v3/apps/{Session.Guid(app)}/tasks?order_by=-created_at", cancellation);
            var newest = tasks.OrderByDescending(each => each.Number("sequence_id")).ToArray();
            if (session.InJson)
            {
                session.Terminal.Json(newest);
                return;
            }

            var listing = new Listing(session.Terminal, "id", "name", "state", "created", "command");
            foreach (var task in newest)
            {
                listing.Add(task.Text("sequence_id"), task.Text("name"), task.Text("state"), task.Text("created_at"), task.Text("command") ?? "[hidden]");
            }

            if (listing.IsEmpty)
            {
                Terminal.Note("The app has no tasks: 'granary run-task APP --command COMMAND' runs one.");
                return;
            }

            listing.Show();
        });
        return command;
    }
}
