using Granary.Core.Attempts;

namespace Granary.Core.Runtime;

/// <summary>What a running container has used, at the moment of asking.</summary>
/// <param name="StartedAt">By the engine's clock, as the instant of asking.</param>
/// <param name="CpuTime">Of all cores together, since its start.</param>
/// <param name="MemoryBytes">Without the files that the kernel keeps in memory and would give back first.</param>
/// <param name="DiskBytes">Of what it can write.</param>
public sealed record ContainerUsage(DateTimeOffset StartedAt, DateTimeOffset At, TimeSpan CpuTime, long MemoryBytes, long DiskBytes);

/// <summary>What an attempt uses.</summary>
/// <param name="Cores">How many cores are busy with it: 0.5 is half of one.</param>
public sealed record AttemptUsage(AttemptKey Attempt, DateTimeOffset At, double Cores, long MemoryBytes, long DiskBytes);
