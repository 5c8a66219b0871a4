using System.CommandLine;
using System.Globalization;
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

            var story = new Listing(session.Terminal, "time", "attempt", "cell", "what happened");
            foreach (var entry in task.Items("story"))
            {
                story.Add(
                    entry.Instant("at")?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                    entry.Number("attempt") is > 0 and var attempt ? attempt.ToString()! : "",
                    entry.Text("cell"),
                    entry.Text("text"));
            }

            if (!story.IsEmpty)
            {
                session.Terminal.Line();
                story.Show();
            }

            if (task.Number("story_omitted") is > 0 and var omitted)
            {
                session.Terminal.Line($"({omitted} entries in the midst of the story were not kept)");
            }
        });
        return command;
    }
}
