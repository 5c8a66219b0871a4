using System.CommandLine;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class TaskCommand
{
    public static Command Create()
    {
        var name = Shared.App();
        var number = Shared.TaskNumber();
        var command = new Command("task", "Shows one task with its story: each transition with its time, attempt, cell and cause.") { name, number, Shared.Output };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var (_, guid) = await session.TaskGuid(parsed.GetRequiredValue(name), parsed.GetValue(number), cancellation);
            var task = await session.Api.Get($"/api/tasks/{guid}", cancellation);
            if (session.InJson)
            {
                session.Terminal.Json(task);
                return;
            }

            new Facts()
                .Add("id", task.Text("sequence_id"))
                .Add("name", task.Text("name"))
                .Add("guid", guid)
                .Add("state", task.Text("state"))
                .Add("why it waits", task.Text("why_waiting"))
                .Add("reason", task.Text("result", "failure_reason"))
                .Add("exit code", task.Text("exit_code"))
                .Add("attempt", task.Text("attempt"))
                .Add("cell", task.Text("cell"))
                .Add("command", task.Text("command"))
                .Add("memory", task.Text("memory_in_mb") is { } memory ? $"{memory} MB" : null)
                .Add("disk", task.Text("disk_in_mb") is { } disk ? $"{disk} MB" : null)
                .Add("deadline", task.Text("deadline_at"))
                .Add("created", task.Text("created_at"))
                .Add("updated", task.Text("updated_at"))
                .Show(session.Terminal);
            StoryListing.Show(session.Terminal, task);
        });
        return command;
    }
}
