using System.Globalization;
using Granary.Core.Leases;
using Granary.Testing;

namespace Granary.Core.Tests.Stories;

/// <summary>One machine, told event by event; answers with what it decided, in lines.</summary>
internal interface ITeller
{
    /// <param name="at">When the event happens; null for a line without a time.</param>
    /// <param name="words">The event.</param>
    /// <returns>What was decided, or null if the words are no event of this machine.</returns>
    IEnumerable<string>? Tell(DateTimeOffset? at, string words);
}

/// <summary>
/// A text of event lines, each followed by indented lines that record what was decided. The first line that is no comment names the
/// machine, with settings. docs/recipes/add-a-task-event.md has the whole syntax.
/// </summary>
internal static class StoryFile
{
    private const string Indent = "    ";

    /// <summary>The same text with fresh decisions.</summary>
    public static string Tell(string text)
    {
        var told = new List<string>();
        ITeller? teller = null;
        var number = 0;
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            number++;
            if (line.StartsWith(Indent, StringComparison.Ordinal))
            {
                continue; // An old record; the event above has just written the new one.
            }

            told.Add(line);
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (teller is null)
            {
                teller = Teller(line, number);
                continue;
            }

            var (at, words) = SplitTime(line);
            var answer = teller.Tell(at, words) ?? throw new FormatException($"line {number} is no event of {Article(teller)} story: {words}");
            told.AddRange(answer.Select(each => Indent + each));
        }

        return string.Join('\n', told) + "\n";
    }

    /// <summary>"2.5s" for 2.5 seconds after the beginning of all tests.</summary>
    public static string Time(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"{(at - A.Start).TotalSeconds:0.###}s");

    private static ITeller Teller(string line, int number)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words[0] switch
        {
            "task" => new TaskTeller(TaskLines.Settings(words[1..])),
            "app" => new AppTeller(),
            "build" => new BuildTeller(words[1..]),
            "instance" => new InstanceTeller(),
            "placement" => new PlacementTeller(),
            "lease" => new LeaseTeller(),
            "warden" => new WardenTeller(Policy(words[1..])),
            "judge" => new JudgeTeller(Policy([])),
            "serving" => new ServingTeller(Policy([])),
            "drain" => new DrainTeller(),
            "tally" => TallyTeller.Of(words[1..]),
            _ => throw new FormatException($"line {number} names no machine (task, app, build, instance, placement, lease, warden, judge, serving, drain or tally): {line}"),
        };
    }

    private static LeasePolicy Policy(string[] settings) => settings is ["outage=stop"] ? LeasePolicy.Default with { Outage = OutageRule.Stop } : LeasePolicy.Default;

    private static (DateTimeOffset? At, string Words) SplitTime(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space > 1 && line[space - 1] == 's' && double.TryParse(line[..(space - 1)], CultureInfo.InvariantCulture, out var seconds)
            ? (A.At(seconds), line[(space + 1)..].Trim())
            : (null, line);
    }

    private static string Article(ITeller teller) => teller switch
    {
        TaskTeller => "a task",
        AppTeller => "an app",
        InstanceTeller => "an instance",
        PlacementTeller => "a placement",
        LeaseTeller => "a lease",
        WardenTeller => "a warden",
        JudgeTeller => "a judge",
        DrainTeller => "a drain",
        TallyTeller => "a tally",
        _ => "a serving",
    };
}
