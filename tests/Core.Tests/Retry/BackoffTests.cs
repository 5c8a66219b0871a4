using CsCheck;
using Granary.Core.Retry;
using Granary.Testing;

namespace Granary.Core.Tests.Retry;

public sealed class BackoffTests
{
    [Fact]
    public void A_delay_doubles_up_to_the_longest_with_at_most_a_quarter_off() => Gen.Select(Gen.Double[0, 100], Gen.Double[1, 100], Gen.Int[1, 1000], Gen.Guid).Sample(
        (first, factor, repetition, seed) =>
        {
            var backoff = new Backoff(TimeSpan.FromSeconds(first), TimeSpan.FromSeconds(first * factor));

            var delay = backoff.Delay(repetition, seed);

            var full = Math.Min(first * Math.Pow(2, Math.Min(repetition - 1, 32)), backoff.Longest.TotalSeconds);
            return delay == backoff.Delay(repetition, seed) && delay <= backoff.Longest && delay.TotalSeconds >= (full * 0.75) - 0.001 && delay.TotalSeconds <= full + 0.001;
        },
        iter: 50_000);

    [Fact]
    public void Work_that_failed_together_does_not_return_together()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));

        var delays = Enumerable.Range(1, 1000).Select(number => backoff.Delay(1, A.TaskId(number).Value).TotalSeconds).ToArray();

        Assert.All(Enumerable.Range(0, 10), part => Assert.InRange(delays.Count(each => each >= 7.5 + (part * 0.25) && each <= 7.75 + (part * 0.25)), 50, 150));
    }
}
