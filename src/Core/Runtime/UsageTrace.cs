namespace Granary.Core.Runtime;

/// <summary>How busy an attempt is follows from two looks at it: it is told of the time between them.</summary>
/// <param name="Last">The look to which the next is compared.</param>
/// <param name="Cores">In the time before it.</param>
public sealed record UsageTrace(ContainerUsage Last, double Cores)
{
    /// <summary>In less time chance says more than the program does.</summary>
    private static readonly TimeSpan SpanMin = TimeSpan.FromSeconds(1);

    /// <summary>The first look tells of the whole run.</summary>
    /// <param name="before">Null for the first one.</param>
    public static UsageTrace Of(UsageTrace? before, ContainerUsage now) =>
        before is null ? new UsageTrace(now, Busy(now.CpuTime, now.At - now.StartedAt))
        : now.At - before.Last.At < SpanMin ? before
        : new UsageTrace(now, Busy(now.CpuTime - before.Last.CpuTime, now.At - before.Last.At));

    private static double Busy(TimeSpan work, TimeSpan time) => work <= TimeSpan.Zero ? 0 : work / (time > SpanMin ? time : SpanMin);
}
