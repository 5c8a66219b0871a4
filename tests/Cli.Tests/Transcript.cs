using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Granary.Testing;

namespace Granary.Cli.Tests;

/// <summary>
/// What a person sees of commands and what the server sees of them, in a file that is reviewed: <c>&gt;</c> is a request with its body,
/// <c>!</c> a line on standard error, the rest standard output.
/// </summary>
internal sealed partial class Transcript(ScriptedServer server)
{
    private readonly StringBuilder text = new();
    private int seen;

    public async Task<GranaryEnd> Run(params string[] arguments)
    {
        var end = await GranaryRun.Run(server.Address, arguments);
        text.Append(CultureInfo.InvariantCulture, $"$ granary {string.Join(' ', arguments.Select(each => each.Contains(' ', StringComparison.Ordinal) ? $"'{each}'" : each))}\n");
        foreach (var request in server.Requests.Skip(seen))
        {
            seen++;
            text.Append(CultureInfo.InvariantCulture, $"> {request.Line}");
            text.Append(request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true ? $" {OwnGuid().Replace(Encoding.UTF8.GetString(request.Body), "$1NEW")}\n" : "\n");
        }

        Lines("! ", end.Errors);
        Lines("", end.Output);
        text.Append(CultureInfo.InvariantCulture, $"(exit {end.Code})\n\n");
        return end;
    }

    public void Check(string name) => Recorded.Check(Repository.PathOf("tests", "Cli.Tests", "golden", name), text.ToString());

    /// <summary>The one thing that is new each time.</summary>
    [GeneratedRegex("(\"granary\":\\{\"guid\":\")[0-9a-f-]{36}")]
    private static partial Regex OwnGuid();

    private void Lines(string mark, string lines)
    {
        foreach (var line in lines.Split('\n')[..^1])
        {
            text.Append(mark).Append(line.Replace(server.Address.Authority, "SERVER", StringComparison.Ordinal)).Append('\n');
        }
    }
}
