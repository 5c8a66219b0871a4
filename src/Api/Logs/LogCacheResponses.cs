using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Grains.Ports;

namespace Granary.Api.Logs;

/// <summary>
/// The answer of Log Cache (section 2.6). Its readers fail on any key that they do not know, so everything of ours is a tag.
/// </summary>
internal sealed record ReadResponse(Envelopes Envelopes)
{
    public static ReadResponse Of(IEnumerable<LogLine> lines) => new(new Envelopes([.. lines.Select(Envelope.Of)]));
}

internal sealed record Envelopes(IReadOnlyList<Envelope> Batch);

/// <param name="Timestamp">Nanoseconds since 1970, as text: JSON numbers are not that long.</param>
internal sealed record Envelope(string Timestamp, string SourceId, string InstanceId, Dictionary<string, string> DeprecatedTags, Dictionary<string, string> Tags, LogPayload Log)
{
    public const string OfTask = "task_guid";

    public const string OfInstance = "instance_guid";

    public static Envelope Of(LogLine line)
    {
        var (source, index) = LogSources.Split(line.Source);
        return new Envelope(
            line.AtNanos.ToString(CultureInfo.InvariantCulture),
            line.App.ToString(),
            index,
            [],
            new Dictionary<string, string>
            {
                ["source_type"] = source,
                [KindOf(line)] = line.Attempt.Work.ToString("D"),
                ["attempt"] = line.Attempt.Number.ToString(CultureInfo.InvariantCulture),
            },
            new LogPayload(Convert.ToBase64String(line.Text.Span), line.Stream == OutputStream.Out ? "OUT" : "ERR"));
    }

    /// <summary>Whose guid a line has, as the tag is called.</summary>
    public static string KindOf(LogLine line) => line.Source switch
    {
        LogSources.Api => "audit_event_guid",
        LogSources.Staging => "build_guid",
        _ => Core.Instances.InstanceId.Is(line.Attempt.Work) ? OfInstance : OfTask,
    };
}

/// <param name="Payload">Base64 of the bytes.</param>
internal sealed record LogPayload(string Payload, string Type);
