using System.CommandLine;

namespace Granary.Cli.Commands;

/// <summary>The demo is a script of the clone, run by the script 'granary'; listed here so that --help tells of it.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command("demo", "Shows a whole life of a task on this machine (in a clone of the repository).");
        command.SetAction((Func<ParseResult, int>)(_ => throw new FailureException("The demo belongs to a clone of the repository: run './granary demo' there.")));
        return command;
    }
}
