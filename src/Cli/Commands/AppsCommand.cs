using System.CommandLine;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class AppsCommand
{
    public static Command Create()
    {
        var command = new Command("apps", "Lists the apps.") { Shared.Output };
        Session.Act(command, async (_, session, cancellation) =>
        {
            var apps = await session.Api.All("/v3/apps?order_by=name", cancellation);
            if (session.InJson)
            {
                session.Terminal.Json(apps);
                return;
            }

            var listing = new Listing(session.Terminal, "name", "state", "lifecycle", "created", "guid");
            foreach (var app in apps)
            {
                listing.Add(app.Text("name"), app.Text("state"), app.Text("lifecycle", "type"), app.Text("created_at"), app.Text("guid"));
            }

            if (listing.IsEmpty)
            {
                Terminal.Note("There are no apps yet: 'granary push APP' makes one.");
                return;
            }

            listing.Show();
        });
        return command;
    }
}
