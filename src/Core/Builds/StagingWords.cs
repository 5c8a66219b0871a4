using System.Collections.Immutable;
using System.Globalization;
using Granary.Core.Apps;

namespace Granary.Core.Builds;

/// <summary>What the log of an app says of its stagings, in Cloud Foundry's words where it has them.</summary>
public static class StagingWords
{
    public static readonly ImmutableArray<string> NoCommand = ["No start command specified by buildpack or via Procfile.", "App will not start unless a command is provided at runtime."];

    public const string Uploading = "Uploading droplet...";

    public const string Complete = "Uploading complete";

    /// <summary>What is said before anything runs.</summary>
    public static ImmutableArray<string> Begun(PackageState package) => package.Lifecycle == Lifecycle.Docker
        ? [$"Image {package.Image}"]
        : ["Downloading app package...", $"Downloaded app package ({Size(package.SizeBytes)})"];

    /// <summary>What is said of a droplet that is made without a container.</summary>
    public static ImmutableArray<string> AsTheyAre(DropletState droplet, PackageState package) => package.Lifecycle == Lifecycle.Docker
        ? [.. Begun(package), "Staging complete"]
        : [
            .. Begun(package),
            .. droplet.Buildpacks.Select(name => $"-----> {name}: the files stay as they are"),
            .. Processes(droplet.ProcessTypes),
            Uploading,
            Uploaded(package.SizeBytes),
            Complete,
        ];

    public static string Uploaded(long bytes) => $"Uploaded droplet ({Size(bytes)})";

    public static ImmutableArray<string> Processes(ImmutableSortedDictionary<string, string> processTypes) =>
        processTypes.IsEmpty ? NoCommand : [$"Process types: {string.Join(", ", processTypes.Keys)}"];

    /// <summary>As Cloud Foundry writes sizes: at most one decimal, and the first letter of the unit.</summary>
    private static string Size(long bytes)
    {
        var (value, unit) = bytes switch
        {
            >= 1L << 30 => (bytes / (double)(1L << 30), "G"),
            >= 1L << 20 => (bytes / (double)(1L << 20), "M"),
            >= 1L << 10 => (bytes / (double)(1L << 10), "K"),
            _ => (bytes, "B"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#}{unit}");
    }
}
