using System.CommandLine;
using System.Globalization;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class RestartAppInstanceCommand
{
    public static Command Create()
    {
        var app = Shared.App();
        var index = InstanceCommand.Index();
        var process = InstanceCommand.Process();
        var command = new Command("restart-app-instance", "Stops one instance of an app and runs it anew.") { app, index, process };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var (name, number, type) = (parsed.GetRequiredValue(app), parsed.GetValue(index), parsed.GetRequiredValue(process));
            var guid = Session.Guid(await session.App(name, cancellation));
            await session.Api.Delete($"/v3/apps/{guid}/processes/{Uri.EscapeDataString(type)}/instances/{number}", cancellation);
            session.Terminal.Line($"Instance {number} of process {Shown.Harmless(type)} of app {Shown.Harmless(name)} is run anew.");
        });
        return command;
    }
}

internal static class InstanceCommand
{
    public static Command Create()
    {
        var app = Shared.App();
        var index = Index();
        var process = Process();
        var command = new Command("instance", "Shows one instance of an app with its story: each transition with its time, attempt, cell and cause.") { app, index, process, Shared.Output };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var guid = Session.Guid(await session.App(parsed.GetRequiredValue(app), cancellation));
            var instance = await session.Api.Get($"/api/apps/{guid}/processes/{Uri.EscapeDataString(parsed.GetRequiredValue(process))}/instances/{parsed.GetValue(index)}", cancellation);
            if (session.InJson)
            {
                session.Terminal.Json(instance);
                return;
            }

            new Facts()
                .Add("process", instance.Text("type"))
                .Add("index", instance.Text("index"))
                .Add("guid", instance.Text("guid"))
                .Add("state", instance.Text("state"))
                .Add("wanted", instance.Truth("wanted") == true ? "yes" : "no")
                .Add("why it waits", instance.Text("why_waiting"))
                .Add("up since", instance.Text("up_since"))
                .Add("last end", instance.Text("last_end"))
                .Add("crashes in a row", instance.Number("crashes") is > 0 and var crashes ? crashes.ToString() : null)
                .Add("next run", instance.Text("next_run_at"))
                .Add("attempt", instance.Text("attempt"))
                .Add("cell", instance.Text("cell"))
                .Add("command", instance.Text("command"))
                .Add("memory", instance.Text("memory_in_mb") is { } memory ? $"{memory} MB" : null)
                .Add("disk", instance.Text("disk_in_mb") is { } disk ? $"{disk} MB" : null)
                .Show(session.Terminal);
            StoryListing.Show(session.Terminal, instance);
        });
        return command;
    }

    /// <summary>An instance by its index within its process.</summary>
    public static Argument<int> Index() => new("index")
    {
        Description = "The instance's index within its process, from 0: 'granary app APP' shows them.",
        HelpName = "INDEX",
        CustomParser = argument =>
        {
            if (int.TryParse(argument.Tokens.Single().Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            argument.AddError($"'{argument.Tokens.Single().Value}' is no instance's index: a whole number from 0.");
            return 0;
        },
    };

    /// <summary>As in cf, where nobody says which one it is web.</summary>
    public static Option<string> Process() => new("--process") { Description = "The process type. Default: web.", HelpName = "TYPE", DefaultValueFactory = _ => "web" };
}
