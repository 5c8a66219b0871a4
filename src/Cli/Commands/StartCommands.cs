using System.CommandLine;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class StartCommand
{
    public static Command Create() => Starting.Command("start", "Starts an app: its instances are run, and run again, until it is stopped.", "start");
}

internal static class RestartCommand
{
    public static Command Create() => Starting.Command("restart", "Ends every instance of an app and runs it anew, with the droplet, the environment and the sizes that are current.", "restart");
}

/// <summary>What start and restart share.</summary>
internal static class Starting
{
    public static Command Command(string name, string description, string action)
    {
        var app = Shared.App();
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait until the instances are up." };
        var command = new Command(name, description) { app, noWait, Shared.Patience, Shared.Output };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var guid = Session.Guid(await session.App(parsed.GetRequiredValue(app), cancellation));
            var started = await session.Api.Post($"/v3/apps/{guid}/actions/{action}", null, cancellation);
            await Finish(session, guid, parsed.GetValue(noWait) ? null : Shared.Given(parsed, Shared.Patience), cancellation);
            if (session.InJson)
            {
                session.Terminal.Json(started);
            }
        });
        return command;
    }

    /// <summary>Waits for the instances, and shows them.</summary>
    /// <param name="patience">How long the server may be away; null to wait for nothing.</param>
    public static async Task Finish(Session session, string app, TimeSpan? patience, CancellationToken cancellation)
    {
        var processes = new Processes(session, app);
        if (patience is { } time)
        {
            await processes.WaitUp(time, cancellation);
        }

        if (!session.InJson)
        {
            await processes.Show(cancellation);
        }
    }
}

internal static class StopCommand
{
    public static Command Create()
    {
        var app = Shared.App();
        var command = new Command("stop", "Stops the instances of an app: SIGTERM, and after a grace SIGKILL. Its tasks go on.") { app, Shared.Output };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var guid = Session.Guid(await session.App(parsed.GetRequiredValue(app), cancellation));
            var stopped = await session.Api.Post($"/v3/apps/{guid}/actions/stop", null, cancellation);
            if (session.InJson)
            {
                session.Terminal.Json(stopped);
                return;
            }

            session.Terminal.Line($"App {Shown.Harmless(stopped.Text("name"))} is {Shown.Harmless(stopped.Text("state"))}.");
        });
        return command;
    }
}
