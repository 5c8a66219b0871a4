using System.Text;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Audit;
using Granary.Core.Runtime;
using Granary.Grains.Ports;
using Microsoft.Extensions.Logging;

namespace Granary.Grains;

/// <summary>What is said in the log of an app by no attempt: of a build before, or without, any attempt of it, and of what was done to the app.</summary>
internal sealed partial class AppLog(ILogStore store, TimeProvider clock, ILogger<AppLog> logger)
{
    /// <summary>What was done to the app, where its log tells of it. It is done, and in the audit: a log that cannot be written holds up nothing.</summary>
    public async Task Say(AuditEvent happened)
    {
        if (AuditWords.Of(happened) is not { } words)
        {
            return;
        }

        try
        {
            await Say(new AppId(happened.App), happened.Id, LogSources.Api, [words]);
        }
        catch (Exception fault) when (Faults.Pass(fault))
        {
            LogNotSaid(logger, happened.App, words, fault.Message);
        }
    }

    /// <summary>Says it once, as attempt 0 of what it is about, however often it is called.</summary>
    public async Task Say(AppId app, Guid about, string source, IEnumerable<string> words)
    {
        var now = clock.GetUtcNow();
        var lines = words.Select((text, index) => new NewLogLine(index + 1, now, OutputStream.Out, source, Encoding.UTF8.GetBytes(text))).ToArray();
        await store.Append(app, new AttemptKey(about, 0), lines, LogCursor.Start, LogCursor.Start with { Sequence = lines.Length, Closed = true }, CancellationToken.None); // Refused when it was said before.
    }

    [LoggerMessage(LogLevel.Warning, "The log of app {App} does not say \"{Words}\": {Fault}")]
    private static partial void LogNotSaid(ILogger logger, Guid app, string words, string fault);
}
