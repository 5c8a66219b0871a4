using Granary.Api.Wire;

namespace Granary.Api.Organizations;

/// <summary>The body of a create, or of a change.</summary>
/// <param name="Name">Null in a change that does not name it.</param>
internal sealed record OrganizationRequest(string? Name, bool? IsSuspended, MetadataChange Metadata)
{
    public static OrganizationRequest Read(Body body) => Read(body, body.RequiredName());

    public static OrganizationRequest ReadChange(Body body) => Read(body, body.Has("name") ? body.RequiredName() : null);

    private static OrganizationRequest Read(Body body, string? name)
    {
        var isSuspended = body.Truth("suspended");
        var metadata = body.ValidMetadata();
        body.ThrowIfFaulty();
        return new OrganizationRequest(name, isSuspended, metadata);
    }
}
