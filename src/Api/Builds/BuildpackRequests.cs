using Granary.Api.Wire;
using Granary.Core.Builds;

namespace Granary.Api.Builds;

/// <summary>The body of a create, or of a change. The rules are asked where the buildpacks are.</summary>
internal static class BuildpackRequest
{
    public static BuildpackChange Read(Body body)
    {
        if (body.Value("name") is null)
        {
            body.Fault("Name must be a string");
        }

        return ReadChange(body);
    }

    public static BuildpackChange ReadChange(Body body)
    {
        var metadata = body.Metadata();
        var change = new BuildpackChange(body.Text("name"), body.Text("stack"), body.Int("position"), body.Truth("enabled"), body.Truth("locked"))
        {
            ChangesStack = body.Has("stack"),
            Labels = metadata.Labels,
            Annotations = metadata.Annotations,
        };
        body.ThrowIfFaulty();
        return change;
    }
}
