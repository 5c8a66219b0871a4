using System.Diagnostics;

namespace Granary.Warden.Tests;

/// <summary>Waits for something that the kernel tells nobody.</summary>
internal static class Until
{
    /// <summary>For a process on a machine under full load.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task True(Func<bool> holds, string what)
    {
        for (var began = Stopwatch.GetTimestamp(); !holds();)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"Waited {Patience.TotalSeconds} s in vain for {what}.");
            await Task.Delay(2);
        }
    }
}
