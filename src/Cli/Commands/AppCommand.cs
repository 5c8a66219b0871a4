using System.CommandLine;
using System.Net;
using System.Text.Json;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class AppCommand
{
    public static Command Create()
    {
        var name = Shared.App();
        var command = new Command("app", "Shows one app: its droplet, its processes with their instances, and how many of its tasks are unfinished.") { name, Shared.Output };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var app = await session.App(parsed.GetRequiredValue(name), cancellation);
            if (session.InJson)
            {
                session.Terminal.Json(app);
                return;
            }

            var guid = Session.Guid(app);
            var droplet = await CurrentDroplet(session, guid, cancellation);
            var unfinished = await session.Api.Get($"/v3/apps/{guid}/tasks?states=PENDING,RUNNING,CANCELING&per_page=1", cancellation);
            new Facts()
                .Add("name", app.Text("name"))
                .Add("guid", guid)
                .Add("state", app.Text("state"))
                .Add("lifecycle", app.Text("lifecycle", "type"))
                .Add("created", app.Text("created_at"))
                .Add("image", droplet?.Text("image"))
                .Add("droplet", droplet?.Text("guid") ?? "none: push the app")
                .Add("staged", droplet?.Text("created_at"))
                .Add("tasks", $"{unfinished.Number("pagination", "total_results") ?? 0} unfinished")
                .Show(session.Terminal);
            await new Processes(session, guid).Show(cancellation);
        });
        return command;
    }

    private static async Task<JsonElement?> CurrentDroplet(Session session, string app, CancellationToken cancellation)
    {
        try
        {
            return await session.Api.Get($"/v3/apps/{app}/droplets/current", cancellation);
        }
        catch (ApiException fault) when (fault.Status == HttpStatusCode.NotFound)
        {
            return null; // Not pushed yet.
        }
    }
}
