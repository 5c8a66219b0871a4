namespace Granary.Chaos.Tests.Oracles;

/// <summary>When all tasks have ended, no process of theirs runs, and no container, volume, mount, loop device, writable layer or network without an owner is there.</summary>
internal static class NothingRemains
{
    public static IEnumerable<string> Check(Evidence evidence) => evidence.Remains;
}
