using Granary.Api.Wire;

namespace Granary.Api.IsolationSegments;

/// <summary>The body of a create, or of a change.</summary>
/// <param name="Name">Null in a change that does not name it.</param>
internal sealed record IsolationSegmentRequest(string? Name, MetadataChange Metadata)
{
    public static IsolationSegmentRequest Read(Body body) => Read(body, body.RequiredName());

    public static IsolationSegmentRequest ReadChange(Body body) => Read(body, body.Has("name") ? body.RequiredName() : null);

    /// <summary>The segment that an organization or a space is to have: {"data":{"guid":…}}, or {"data":null} for none. What is no guid is the guid of nothing.</summary>
    /// <returns>Its guid, and how the client wrote it.</returns>
    public static (Guid? Segment, string? Text) ReadRelated(Body body)
    {
        var isNone = body.Has("data") && body.Value("data") is null;
        var text = isNone ? null : body.Object("data")?.Text("guid");
        if (!isNone && text is null)
        {
            body.Fault("Data must be structured like this: \"data: { guid: valid guid }\", or be null");
        }

        body.ThrowIfFaulty();
        return (isNone ? null : Guid.TryParseExact(text, "D", out var guid) ? guid : Guid.Empty, text);
    }

    private static IsolationSegmentRequest Read(Body body, string? name)
    {
        if (name is { Length: > 0 } && string.IsNullOrWhiteSpace(name))
        {
            body.Fault("Isolation Segment names can only contain non-blank unicode characters");
        }

        var metadata = body.ValidMetadata();
        body.ThrowIfFaulty();
        return new IsolationSegmentRequest(name, metadata);
    }
}
