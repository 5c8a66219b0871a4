using System.Collections.Immutable;

namespace Granary.Core.Builds;

/// <summary>What a request for a build may ask for. What is null is the app's, or the operator's choice.</summary>
/// <param name="Buildpacks">In place of those of the app.</param>
public sealed record StagingWish(ImmutableArray<string>? Buildpacks = null, int? MemoryMb = null, int? DiskMb = null)
{
    public IEnumerable<string> Faults() =>
        Tasks.TaskRules.SizeFaults("Staging memory in mb", MemoryMb).Concat(Tasks.TaskRules.SizeFaults("Staging disk in mb", DiskMb));
}
