using System.ComponentModel.DataAnnotations;
using Granary.Core.Instances;
using Granary.Core.Retry;

namespace Granary.Silo;

/// <summary>How soon an instance that ended by itself runs again; section <c>Instances</c>. Taken by the next start of an app. A value out of its range stops the silo's start.</summary>
public sealed class InstanceOptions
{
    /// <summary>Crashes in a row after which an instance runs again at once. Default 2, as Diego has it; range 0 to 100.</summary>
    [Range(0, 100)]
    public int RestartsAtOnce { get; set; } = CrashPolicy.Default.RestartsAtOnce;

    /// <summary>The wait after the first crash beyond those; it doubles with each. Default 30 s; range 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan CrashDelay { get; set; } = CrashPolicy.Default.Delay.First;

    /// <summary>The longest wait. Default 16 min; range 1 s to 1 day. Below CrashDelay it is the wait after every crash.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CrashDelayMax { get; set; } = CrashPolicy.Default.Delay.Longest;

    /// <summary>A run that was up for this long begins a new row of crashes. Default 5 min; range 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CrashesForgottenAfter { get; set; } = CrashPolicy.Default.ForgottenAfter;

    internal CrashPolicy Policy() => new(RestartsAtOnce, new Backoff(CrashDelay, CrashDelayMax), CrashesForgottenAfter);
}
