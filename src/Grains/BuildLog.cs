using System.Collections.Immutable;
using System.Text;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>What is said of a build before, or without, any attempt of it: in the app's log, as attempt 0.</summary>
internal sealed class BuildLog(ILogStore store, TimeProvider clock)
{
    /// <summary>Says it once, however often it is called.</summary>
    public async Task Say(DropletState build, ImmutableArray<string> words)
    {
        var attempt = new AttemptKey(build.Id.Value, 0);
        var now = clock.GetUtcNow();
        var lines = words.Select((text, index) => new NewLogLine(index + 1, now, OutputStream.Out, LogSources.Staging, Encoding.UTF8.GetBytes(text))).ToArray();
        await store.Append(build.App, attempt, lines, LogCursor.Start, LogCursor.Start with { Sequence = lines.Length, Closed = true }, CancellationToken.None); // Refused when it was said before.
    }
}
