using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Core.Tests.Runtime;

public sealed class UsageTraceTests
{
    [Fact]
    public void The_first_look_tells_of_the_whole_run() => Assert.Equal(0.25, UsageTrace.Of(null, Seen(at: 100, work: 25)).Cores, 6);

    [Fact]
    public void The_next_one_tells_of_the_time_since_the_last()
    {
        var first = UsageTrace.Of(null, Seen(at: 100, work: 25));

        var busy = UsageTrace.Of(first, Seen(at: 104, work: 33));
        var idle = UsageTrace.Of(busy, Seen(at: 110, work: 33));

        Assert.Equal((2, 0), (busy.Cores, idle.Cores));
    }

    [Fact]
    public void Two_looks_close_together_tell_the_same_and_the_next_is_compared_to_the_first_of_them()
    {
        var first = UsageTrace.Of(null, Seen(at: 100, work: 50));

        var close = UsageTrace.Of(first, Seen(at: 100.9, work: 50.9));
        var later = UsageTrace.Of(close, Seen(at: 102, work: 50.9));

        Assert.Equal(first, close);
        Assert.Equal(0.45, later.Cores, 6);
    }

    [Fact]
    public void A_process_that_has_only_just_begun_is_not_busier_than_it_may_be_in_a_second() => Assert.Equal(0.2, UsageTrace.Of(null, Seen(at: 0.001, work: 0.2)).Cores, 6);

    /// <param name="at">Seconds since it was started.</param>
    /// <param name="work">Seconds of work until then.</param>
    private static ContainerUsage Seen(double at, double work) => new(A.Start, A.At(at), TimeSpan.FromSeconds(work), 1, 1);
}
