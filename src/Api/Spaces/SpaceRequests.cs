using Granary.Api.Wire;

namespace Granary.Api.Spaces;

/// <summary>The body of a create, or of a change.</summary>
/// <param name="Name">Null in a change that does not name it.</param>
/// <param name="Organization">Its guid as it was written; null in a change.</param>
internal sealed record SpaceRequest(string? Name, string? Organization, MetadataChange Metadata)
{
    public static SpaceRequest Read(Body body)
    {
        var name = body.RequiredName();
        var organization = body.Object("relationships") is { } relationships ? relationships.Related("organization") : null;
        if (organization is null && !body.Has("relationships"))
        {
            body.Fault("Relationships can't be blank");
        }

        return Read(body, name, organization);
    }

    public static SpaceRequest ReadChange(Body body) => Read(body, body.Has("name") ? body.RequiredName() : null, null);

    private static SpaceRequest Read(Body body, string? name, string? organization)
    {
        var metadata = body.ValidMetadata();
        body.ThrowIfFaulty();
        return new SpaceRequest(name, organization, metadata);
    }
}
