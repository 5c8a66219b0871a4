using System.Globalization;
using Granary.Core.Tasks;

namespace Granary.Core.Builds;

/// <summary>Where things lie in the container of a staging; what becomes the droplet lies there at run time too.</summary>
public static class StagingFolders
{
    public const string Home = "/home/vcap";

    public const string App = TaskEnvironment.AppDirectory;

    /// <summary>What buildpacks supply, in a folder with the index of each.</summary>
    public const string Dependencies = $"{Home}/deps";

    /// <summary>Scripts that are read before a process starts.</summary>
    public const string Profile = $"{Home}/profile.d";

    /// <summary>What the staging says of itself.</summary>
    public const string Result = $"{Home}/staging";

    /// <summary>For buildpacks to work in; not kept.</summary>
    public const string Cache = $"{Home}/cache";

    /// <summary>The folders that a droplet is made of, with their names in it.</summary>
    public static readonly IReadOnlyDictionary<string, string> OfDroplet = new Dictionary<string, string> { ["app"] = App, ["deps"] = Dependencies, ["profile.d"] = Profile };

    /// <summary>All that it may write to besides <see cref="App"/>.</summary>
    public static readonly IReadOnlyList<string> Writable = [Dependencies, Profile, Result, Cache, "/tmp", $"{Home}/tmp"];

    /// <summary>The files of buildpacks, which cannot be written to, in a folder with the index of each.</summary>
    public const string Buildpacks = $"{Home}/buildpacks";

    public static string OfBuildpack(int index) => string.Create(CultureInfo.InvariantCulture, $"{Buildpacks}/{index}");
}
