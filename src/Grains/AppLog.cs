using System.Text;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>What is said in the log of an app by no attempt: of a build before, or without, any attempt of it, and of what was done to the app.</summary>
internal sealed class AppLog(ILogStore store, TimeProvider clock)
{
    /// <summary>Says it once, as attempt 0 of what it is about, however often it is called.</summary>
    public async Task Say(AppId app, Guid about, string source, IEnumerable<string> words)
    {
        var now = clock.GetUtcNow();
        var lines = words.Select((text, index) => new NewLogLine(index + 1, now, OutputStream.Out, source, Encoding.UTF8.GetBytes(text))).ToArray();
        await store.Append(app, new AttemptKey(about, 0), lines, LogCursor.Start, LogCursor.Start with { Sequence = lines.Length, Closed = true }, CancellationToken.None); // Refused when it was said before.
    }
}
