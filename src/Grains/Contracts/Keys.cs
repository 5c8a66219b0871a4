using Granary.Core.Apps;
using Granary.Core.Builds;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Jobs;
using Granary.Core.Tasks;

namespace Granary.Grains.Contracts;

/// <summary>Grain keys. All carry a prefix: the AdoNet provider folds keys that look like numbers or guids, and two of them could then share a row.</summary>
public static class Keys
{
    public const string Placement = "placement";

    public const string Waking = "waking";

    public const string Moving = "moving";

    public const string Buildpacks = "buildpacks";

    public static string Task(TaskId task) => $"task/{task}";

    public static string Instance(InstanceId instance) => $"instance/{instance}";

    public static string App(AppId app) => $"app/{app}";

    public static string Package(PackageId package) => $"package/{package}";

    public static string Droplet(DropletId droplet) => $"droplet/{droplet}";

    public static string BuildpackUpload(BuildpackId buildpack) => $"buildpack/{buildpack}";

    public static string Job(JobId job) => $"job/{job}";

    public static string Tally(System.Guid organization) => $"tally/{organization:D}";

    public static string Cell(CellId cell) => $"cell/{cell}";

    public static string Drain(CellId cell) => $"drain/{cell}";

    /// <summary>What follows the prefix of a key.</summary>
    public static string Name(string key) => key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>The guid in a key.</summary>
    public static Guid Guid(string key) => System.Guid.Parse(Name(key));
}
