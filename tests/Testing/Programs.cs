using System.Diagnostics;

namespace Granary.Testing;

/// <summary>What several suites run in containers, and how they start programs that were built beside them.</summary>
public static class Programs
{
    /// <summary>A worker's command: it ends when it is told to, and never by itself.</summary>
    public const string UntilTold = "trap 'exit 0' TERM; while :; do sleep 0.1; done";

    /// <summary>The runtime of this very test, wherever it lies.</summary>
    public static readonly string DotnetRoot = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    /// <summary>The program hears nothing of what this process was told of Granary, and has the runtime of this very test.</summary>
    public static void ForgetSettings(this ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(each => each.StartsWith("GRANARY_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_ROOT"] = DotnetRoot;
    }
}
