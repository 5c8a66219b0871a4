namespace Granary.Silo.Wardens;

/// <summary>Where the kernel's control groups are mounted; null where they are not, or cannot freeze.</summary>
/// <param name="Freezer">Of version 1. Where it is, engines use version 1, also beside a mount of version 2.</param>
/// <param name="Cpu">Of version 1: where groups share processors.</param>
/// <param name="Unified">Of version 2.</param>
internal sealed record ControlGroupMounts(string? Freezer, string? Cpu, string? Unified)
{
    public static ControlGroupMounts Read()
    {
        var mounts = File.ReadAllLines("/proc/self/mountinfo").Select(Mount.Parse).ToArray();
        return new ControlGroupMounts(
            FirstOf("freezer"),
            FirstOf("cpu"),
            mounts.FirstOrDefault(each => each.Type == "cgroup2")?.Folder);

        string? FirstOf(string controller) => mounts.FirstOrDefault(each => each.Type == "cgroup" && each.Options.Contains(controller))?.Folder;
    }

    private sealed record Mount(string Folder, string Type, string[] Options)
    {
        /// <summary>The kernel puts a dash before the type, because the number of fields before it varies.</summary>
        public static Mount Parse(string line)
        {
            var (fields, rest) = line.Split(" - ") is [var left, var right] ? (left.Split(' '), right.Split(' ')) : throw new FormatException($"Not a mount: {line}");
            return new Mount(fields[4], rest[0], rest[2].Split(','));
        }
    }
}
