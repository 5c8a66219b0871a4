using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class EnvCommand
{
    public static Command Create()
    {
        var name = Shared.App();
        var command = new Command("env", "Shows the environment variables of an app.") { name, Shared.Output };
        Session.Act(command, async (parsed, session, cancellation) =>
        {
            var app = await session.App(parsed.GetRequiredValue(name), cancellation);
            var variables = await session.Api.Get($"/v3/apps/{Session.Guid(app)}/environment_variables", cancellation);
            if (session.InJson)
            {
                session.Terminal.Json(variables);
                return;
            }

            var any = false;
            foreach (var variable in variables.Members("var"))
            {
                any = true;
                session.Terminal.Line($"{Shown.Harmless(variable.Name)}={Shown.Harmless(variable.Value.Text())}");
            }

            if (!any)
            {
                Terminal.Note("No variables are set: 'granary set-env APP NAME VALUE' sets one.");
            }
        });
        return command;
    }

    /// <summary>Sets one variable, or with null removes it.</summary>
    public static async Task Change(Session session, string app, string variable, string? value, CancellationToken cancellation)
    {
        var guid = Session.Guid(await session.App(app, cancellation));
        var change = new JsonObject { ["var"] = new JsonObject { [variable] = value } };
        var variables = await session.Api.Patch($"/v3/apps/{guid}/environment_variables", change, cancellation);
        if (session.InJson)
        {
            session.Terminal.Json(variables);
            return;
        }

        Terminal.Note("OK. Tasks that are submitted from now on see it.");
    }
}

internal static class SetEnvCommand
{
    public static Command Create()
    {
        var app = Shared.App();
        var name = new Argument<string>("name") { Description = "The variable.", HelpName = "NAME" };
        var value = new Argument<string>("value") { Description = "Its value; write -- before one that begins with a dash.", HelpName = "VALUE" };
        var command = new Command("set-env", "Sets an environment variable of an app.") { app, name, value, Shared.Output };
        Session.Act(command, (parsed, session, cancellation) =>
            EnvCommand.Change(session, parsed.GetRequiredValue(app), parsed.GetRequiredValue(name), parsed.GetRequiredValue(value), cancellation));
        return command;
    }
}

internal static class UnsetEnvCommand
{
    public static Command Create()
    {
        var app = Shared.App();
        var name = new Argument<string>("name") { Description = "The variable.", HelpName = "NAME" };
        var command = new Command("unset-env", "Removes an environment variable of an app.") { app, name, Shared.Output };
        Session.Act(command, (parsed, session, cancellation) =>
            EnvCommand.Change(session, parsed.GetRequiredValue(app), parsed.GetRequiredValue(name), null, cancellation));
        return command;
    }
}
