using System.Runtime.InteropServices;

namespace Granary.Bench;

/// <summary>What a figure must be read with: the machine it was taken on, and how busy that was.</summary>
internal static class Machine
{
    public static Dictionary<string, string> Facts() => new()
    {
        ["cpu"] = Field("/proc/cpuinfo", "model name"),
        ["cores"] = $"{Environment.ProcessorCount}",
        ["memory"] = $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MB",
        ["os"] = $"{RuntimeInformation.OSDescription}",
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        // At the end of the measure: the load of the measure itself, and of whatever else there was. On as many cores as it says it is full.
        ["load"] = string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)),
        ["at"] = $"{TimeProvider.System.GetUtcNow():u}",
    };

    private static string Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";
}
