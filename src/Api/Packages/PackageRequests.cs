using Granary.Api.Wire;
using Granary.Core.Apps;

namespace Granary.Api.Packages;

/// <summary>The body of a create.</summary>
/// <param name="App">The guid as it was written.</param>
internal sealed record PackageRequest(Lifecycle Lifecycle, string App, string? Image)
{
    public static PackageRequest Read(Body body)
    {
        var lifecycle = body.Word("type", ("bits", Lifecycle.Bits), ("docker", Lifecycle.Docker));
        if (lifecycle is null && body.Value("type") is null)
        {
            body.Fault("Type must be one of 'bits, docker'");
        }

        string? app = null;
        if (body.Object("relationships") is { } relationships)
        {
            app = relationships.Related("app");
        }
        else
        {
            body.Fault("Relationships is not an object");
        }

        var data = body.Object("data");
        var image = data?.Text("image");
        if (data is not null && (data.Value("username"), data.Value("password")) is not (null, null))
        {
            body.Fault("Data username and password are not supported: the engine of each cell must be able to pull the image");
        }

        if (lifecycle == Lifecycle.Docker && image is null)
        {
            body.Fault("Data image required");
        }

        body.ThrowIfFaulty();
        return new PackageRequest(lifecycle!.Value, app!, image);
    }
}
