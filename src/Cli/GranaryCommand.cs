using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Granary.Cli.Commands;

namespace Granary.Cli;

/// <summary>The granary command with all of its commands.</summary>
internal static class GranaryCommand
{
    public const string Name = "granary";

    public static RootCommand Create()
    {
        var root = new RootCommand("Runs apps and finite tasks in containers.")
        {
            Shared.Api,
            Shared.Timeout,
            UpCommand.Create(),
            UpCommand.CreateHost(),
            UpCommand.CreateMigrate(),
            DemoCommand.Create(),
            LoginCommand.Create(),
            LogoutCommand.Create(),
            PushCommand.Create(),
            AppsCommand.Create(),
            AppCommand.Create(),
            StartCommand.Create(),
            StopCommand.Create(),
            RestartCommand.Create(),
            RestartAppInstanceCommand.Create(),
            ScaleCommand.Create(),
            InstanceCommand.Create(),
            RunTaskCommand.Create(),
            TasksCommand.Create(),
            TaskCommand.Create(),
            TerminateTaskCommand.Create(),
            LogsCommand.Create(),
            EnvCommand.Create(),
            SetEnvCommand.Create(),
            UnsetEnvCommand.Create(),
            CellsCommand.Create(),
            DrainCommand.Create(),
            UncordonCommand.Create(),
            SimulateCommand.Create(),
            ExportCommand.Create(),
            CurlCommand.Create(),
            CompletionCommand.Create(),
        };
        // The library would also take '/?', which is a path here.
        var help = root.Options.OfType<HelpOption>().Single();
        root.Options[root.Options.IndexOf(help)] = new HelpOption("--help", "-h") { Description = help.Description };
        return root;
    }

    /// <summary>For example 'granary run-task', whatever the executable is called.</summary>
    public static string PathOf(CommandResult command) => command.Command is RootCommand ? Name : $"{Name} {command.Command.Name}";
}
