using Granary.Api.Wire;

namespace Granary.Api.Builds;

/// <summary>The body of a create. What buildpacks would do is not chosen here.</summary>
internal static class BuildRequest
{
    /// <summary>The guid of the package, as it was written.</summary>
    public static string Read(Body body)
    {
        var package = body.Object("package")?.Text("guid");
        if (package is null)
        {
            body.Fault("Package guid must be a string");
        }

        if (body.Object("lifecycle") is { } lifecycle)
        {
            _ = lifecycle.Word("type", ("buildpack", true), ("docker", true));
            _ = lifecycle.Members("data").Count();
        }

        // Staging here unpacks nothing and runs nothing, so it has no sizes.
        _ = (body.Int("staging_memory_in_mb"), body.Int("staging_disk_in_mb"));
        body.ThrowIfFaulty();
        return package!;
    }
}
