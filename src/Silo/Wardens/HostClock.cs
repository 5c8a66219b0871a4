using System.Diagnostics;

namespace Granary.Silo.Wardens;

/// <summary>The monotonic clock that all processes of the host share. It stands while the host sleeps.</summary>
internal static class HostClock
{
    public static TimeSpan Now => Stopwatch.GetElapsedTime(0);
}
