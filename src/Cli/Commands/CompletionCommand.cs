using System.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

internal static class CompletionCommand
{
    /// <summary>The library answers what may stand at a place of a line; the shell only has to ask.</summary>
    private const string Bash = """
        # Completion of the granary command. Load it with: source <(granary completion bash)
        _granary() {
            local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} each
            COMPREPLY=()
            while IFS= read -r each; do
                [[ $each != "$word"* ]] || COMPREPLY+=("$(printf '%q' "$each")")
            done < <("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)
        }
        complete -o default -F _granary granary ./granary
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash.", HelpName = "bash" };
        shell.AcceptOnlyFromAmong("bash");
        var command = new Command("completion", "Prints what a shell needs to complete granary's commands, options and app names.") { shell };
        command.SetAction(_ =>
        {
            using var terminal = new Terminal();
            terminal.Line(Bash);
        });
        return command;
    }
}
