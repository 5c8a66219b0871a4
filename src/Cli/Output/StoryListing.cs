using System.Globalization;
using System.Text.Json;
using Granary.Cli.Http;

namespace Granary.Cli.Output;

/// <summary>The story of a task or an instance as lines.</summary>
internal static class StoryListing
{
    public static void Show(Terminal terminal, JsonElement work)
    {
        var story = new Listing(terminal, "time", "attempt", "cell", "what happened");
        foreach (var entry in work.Items("story"))
        {
            story.Add(
                entry.Instant("at")?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                entry.Number("attempt") is > 0 and var attempt ? attempt.ToString()! : "",
                entry.Text("cell"),
                entry.Text("text"));
        }

        if (!story.IsEmpty)
        {
            terminal.Line();
            story.Show();
        }

        if (work.Number("story_omitted") is > 0 and var omitted)
        {
            terminal.Line($"({omitted} entries in the midst of the story were not kept)");
        }
    }
}
