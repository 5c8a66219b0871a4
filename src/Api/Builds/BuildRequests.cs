using System.Collections.Immutable;
using Granary.Api.Wire;
using Granary.Core.Builds;

namespace Granary.Api.Builds;

/// <summary>The body of a create.</summary>
/// <param name="Package">The guid of the package, as it was written.</param>
internal sealed record BuildRequest(string Package, StagingWish Wish)
{
    /// <param name="known">The names of the buildpacks that there are.</param>
    public static BuildRequest Read(Body body, ImmutableArray<string> known)
    {
        var package = body.Object("package")?.Text("guid");
        if (package is null)
        {
            body.Fault("Package guid must be a string");
        }

        ImmutableArray<string>? buildpacks = null;
        if (body.Object("lifecycle") is { } lifecycle)
        {
            _ = lifecycle.Word("type", ("buildpack", true), ("docker", true));
            buildpacks = BuildpackNames.Read(lifecycle, known);
        }

        var wish = new StagingWish(buildpacks, body.Int("staging_memory_in_mb"), body.Int("staging_disk_in_mb"));
        foreach (var fault in wish.Faults())
        {
            body.Fault(fault);
        }

        body.ThrowIfFaulty();
        return new BuildRequest(package!, wish);
    }
}
