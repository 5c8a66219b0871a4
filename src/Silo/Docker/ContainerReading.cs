using System.Globalization;
using Docker.DotNet.Models;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>Reads what the engine says of a container.</summary>
internal static class ContainerReading
{
    /// <summary>128 + SIGKILL.</summary>
    private const int Killed = 137;

    /// <summary>Null for a container that is not ours.</summary>
    public static ContainerReport? Report(ContainerInspectResponse container)
    {
        if (ContainerLabels.Read(container.Config?.Labels) is not { } owner)
        {
            return null;
        }

        var state = container.State!;
        var startedAt = Instant(state.StartedAt);
        var phase = startedAt is null ? ContainerPhase.Created : state.Running || state.Paused ? ContainerPhase.Running : ContainerPhase.Exited;
        var hasExited = phase == ContainerPhase.Exited;
        var finishedAt = hasExited ? Instant(state.FinishedAt) : null;
        return new ContainerReport(
            container.Name.TrimStart('/'),
            owner.Cell,
            owner.Attempt,
            phase,
            hasExited ? (int)state.ExitCode : null,
            // The flag alone is also set when a child was killed and the program went on.
            hasExited && state.OOMKilled && state.ExitCode == Killed,
            // The end is told by containerd, the start noted by the engine a moment later: a short process would end before it began.
            startedAt > finishedAt ? finishedAt : startedAt,
            finishedAt);
    }

    /// <param name="stats">Of a container that runs.</param>
    public static ContainerUsage Usage(ContainerStatsResponse stats, DateTimeOffset startedAt, long diskBytes)
    {
        // What the kernel would give back first is no need of the program: "docker stats" leaves it out as well. The names are those of both versions of control groups.
        var kept = stats.MemoryStats!.Stats is { } details && (details.TryGetValue("total_inactive_file", out var files) || details.TryGetValue("inactive_file", out files)) ? files : 0;
        var memory = stats.MemoryStats.Usage ?? 0;
        return new ContainerUsage(
            startedAt,
            new DateTimeOffset(DateTime.SpecifyKind(stats.Read, DateTimeKind.Utc)),
            TimeSpan.FromTicks((long)(stats.CPUStats!.CPUUsage!.TotalUsage / TimeSpan.NanosecondsPerTick)),
            (long)(memory > kept ? memory - kept : memory),
            diskBytes);
    }

    /// <summary>The engine's "never" is the first instant of year 1.</summary>
    private static DateTimeOffset? Instant(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) && instant.Year > 1 ? instant : null;
}
