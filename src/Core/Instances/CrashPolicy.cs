using Granary.Core.Retry;

namespace Granary.Core.Instances;

/// <summary>
/// How soon an instance runs again after it ended by itself, whatever its exit status: Cloud Foundry's numbers. It is tried for ever; what never stays up
/// runs once in <see cref="Backoff.Longest"/> in the end.
/// </summary>
/// <param name="RestartsAtOnce">Crashes in a row after which it runs again at once. Default 2: Diego waits from the third on. Range 0 to 100.</param>
/// <param name="Delay">The wait after the first crash beyond those. Default 30 s, doubling to 16 min.</param>
/// <param name="ForgottenAfter">A run that was up for this long begins a new row of crashes or losses. Default 5 min.</param>
public sealed record CrashPolicy(int RestartsAtOnce, Backoff Delay, TimeSpan ForgottenAfter)
{
    public static readonly CrashPolicy Default = new(2, new Backoff(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(16)), TimeSpan.FromMinutes(5));

    /// <param name="crashes">How many there were in a row, this one included.</param>
    /// <param name="seed">Spreads instances that crashed together.</param>
    public TimeSpan DelayAfter(int crashes, Guid seed) => crashes <= RestartsAtOnce ? TimeSpan.Zero : Delay.Delay(crashes - RestartsAtOnce, seed);
}
