using System.Text;
using System.Text.RegularExpressions;
using Granary.Testing;

namespace Granary.Cli.Tests;

/// <summary>What docs/simulate.md shows is what the command prints.</summary>
public sealed partial class SimulatePageTests
{
    private const string Command = "$ ./granary ";

    [Fact]
    public async Task Every_session_on_the_page_is_what_the_command_prints()
    {
        var path = Repository.PathOf("docs", "simulate.md");
        var page = await File.ReadAllTextAsync(path);
        var now = new StringBuilder();
        var end = 0;
        var sessions = Session().Matches(page);
        foreach (Match session in sessions)
        {
            var ran = await GranaryRun.RunInClone(session.Groups["arguments"].Value.Split(' '));
            now.Append(page, end, session.Index - end).Append("```\n").Append(Command).Append(session.Groups["arguments"].Value).Append('\n').Append(TimesOf(session.Value, ran.Output)).Append("```\n");
            end = session.Index + session.Length;
        }

        Recorded.Check(path, now.Append(page, end, page.Length - end).ToString());
        Assert.Equal(2, sessions.Count);
    }

    /// <summary>How long a world takes to run is another thing each time.</summary>
    private static string TimesOf(string shown, string printed) => Took().Match(shown) is { Success: true } took ? Took().Replace(printed, took.Value) : printed;

    [GeneratedRegex("```\\n\\$ ./granary (?<arguments>[^\\n]*)\\n.*?```\\n", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Session();

    [GeneratedRegex("in [0-9.]+ s: [0-9,.]+ times", RegexOptions.ExplicitCapture)]
    private static partial Regex Took();
}
