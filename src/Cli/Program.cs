using System.CommandLine;
using System.CommandLine.Invocation;
using Granary.Cli;
using Granary.Cli.Output;

// A command that is told to stop says what it leaves behind; that is quick, or it is not said.
using var help = new StringWriter();
var invocation = new InvocationConfiguration { Output = help, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(5) };
// '@file' is a command's text like any other. Who says nothing asks what there is.
var parsed = GranaryCommand.Create().Parse(args is [] ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Action is ParseErrorAction)
{
    // The library says of an unknown command also that a command is missing.
    var faults = parsed is { CommandResult.Command: RootCommand, UnmatchedTokens: [var word, ..] }
        ? [$"There is no command or option '{word}'."]
        : parsed.Errors.Select(error => error.Message);
    foreach (var fault in faults)
    {
        Terminal.Note($"Incorrect usage: {Shown.Harmless(fault)}");
    }

    Terminal.Note($"See '{GranaryCommand.PathOf(parsed.CommandResult)} --help'.");
    return ExitCode.Usage;
}

try
{
    var code = await parsed.InvokeAsync(invocation);
    // The library names the executable file; people call it by another name. Commands write to the terminal themselves.
    Console.Write(help.ToString().Replace(RootCommand.ExecutableName, GranaryCommand.Name, StringComparison.Ordinal));
    return code;
}
catch (FailureException failure)
{
    foreach (var line in failure.Message.Split('\n'))
    {
        Terminal.Note(Shown.Harmless(line.TrimEnd('\r')));
    }

    return failure.IsUsage ? ExitCode.Usage : ExitCode.Failed;
}
catch (OutputClosedException)
{
    return ExitCode.Failed;
}
catch (OperationCanceledException)
{
    return ExitCode.Interrupted;
}
