using CsCheck;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Core.Tests.Attempts;

public sealed class EngineRecordTests
{
    private const string First = "engine-1";
    private const string Second = "engine-2";

    private static readonly EngineRecord UpForTenSeconds = EngineRecord.Empty.Answered(First, A.At(-100), A.Start).Answered(First, A.At(-100), A.At(10));

    [Fact]
    public void An_exit_while_the_engine_answers_is_the_commands_own()
    {
        Assert.Null(UpForTenSeconds.DoubtAbout(A.Start));
        Assert.Null(UpForTenSeconds.DoubtAbout(A.At(5)));
        Assert.Null(UpForTenSeconds.DoubtAbout(A.At(10)));
    }

    [Fact]
    public void An_engine_that_is_told_to_terminate_makes_every_exit_doubtful_even_of_a_handler_that_exits_0()
    {
        // Its last answer was at 10 s, the order came at 10.2 s, the handler ended at 10.4 s, the process was gone at 11 s.
        var record = UpForTenSeconds.Gone(First, A.At(11)).Answered(Second, A.At(20), A.At(21));

        Assert.Equal("it ended while its engine was stopping or starting", record.DoubtAbout(A.At(10.4)));
    }

    [Fact]
    public void An_exit_after_the_last_answer_is_doubtful_as_long_as_nothing_more_is_known()
    {
        Assert.NotNull(UpForTenSeconds.DoubtAbout(A.At(10.1)));
        Assert.Null(UpForTenSeconds.Answered(First, A.At(-100), A.At(11)).DoubtAbout(A.At(10.1)));
    }

    [Fact]
    public void An_exit_while_the_killed_engine_is_absent_is_the_commands_own()
    {
        var absent = UpForTenSeconds.Gone(First, A.At(10.5)).Gone(First, A.At(11.5)).Gone(First, A.At(12.5));

        Assert.Null(absent.DoubtAbout(A.At(12)));
        Assert.Null(absent.Answered(Second, A.At(20), A.At(21)).DoubtAbout(A.At(12)));
    }

    [Fact]
    public void An_exit_during_the_clean_up_of_a_starting_engine_is_doubtful()
    {
        var record = UpForTenSeconds.Gone(First, A.At(18.5)).Gone(First, A.At(20.2)).Answered(Second, A.At(20), A.At(21));

        Assert.Null(record.DoubtAbout(A.At(19)));
        Assert.NotNull(record.DoubtAbout(A.At(20)));
        Assert.NotNull(record.DoubtAbout(A.At(20.5)));
        Assert.Null(record.DoubtAbout(A.At(21)));
    }

    [Fact]
    public void A_starting_engine_that_takes_a_connection_is_not_up_before_it_answers()
    {
        // Killed after 10 s and started at 20 s, it took the connection at 20.2 s, ended the survivor at 21 s, and answered at 22 s.
        var record = UpForTenSeconds.Gone(First, A.At(10.5)).Answered(new EngineAnswer(Second, A.At(20), A.At(20.2), A.At(22)));

        Assert.Equal("it ended while its engine was stopping or starting", record.DoubtAbout(A.At(21)));
        Assert.False(record.WasUp(A.At(21)));
        Assert.Null(record.DoubtAbout(A.At(22)));
    }

    [Fact]
    public void An_engine_whose_start_cannot_be_seen_proves_no_absence()
    {
        var record = UpForTenSeconds.Gone(First, A.At(10.5)).Gone(First, A.At(12.5)).Answered(Second, null, A.At(21));

        Assert.NotNull(record.DoubtAbout(A.At(12)));
    }

    [Fact]
    public void A_silo_that_was_away_while_the_same_engine_process_went_on_has_no_doubt()
    {
        var record = UpForTenSeconds.Answered(First, A.At(-100), A.At(500));

        Assert.Null(record.DoubtAbout(A.At(250)));
    }

    [Fact]
    public void An_exit_before_everything_known_is_doubtful()
    {
        Assert.Equal("it ended before its engine was seen to be up", UpForTenSeconds.DoubtAbout(A.At(-1)));
        Assert.NotNull(EngineRecord.Empty.DoubtAbout(A.Start));
    }

    [Fact]
    public void Late_and_repeated_news_change_nothing()
    {
        var gone = UpForTenSeconds.Gone(First, A.At(11));

        Assert.Same(UpForTenSeconds, UpForTenSeconds.Answered(First, A.At(-100), A.At(5)));
        Assert.Same(UpForTenSeconds, UpForTenSeconds.Gone(Second, A.At(11)));
        Assert.Same(gone, gone.Gone(First, A.At(11)));
    }

    [Fact]
    public void A_life_that_nobody_watched_may_have_ended_anything()
    {
        // The silo was away from 11 s to 60 s. Meanwhile a second engine came and was told to terminate; a third answers now.
        var record = UpForTenSeconds.Gone(First, A.At(10.5)).Gone(First, A.At(11)).Gone(First, A.At(60)).Answered("engine-3", A.At(61), A.At(62));

        Assert.Null(record.DoubtAbout(A.At(10.7)));
        Assert.NotNull(record.DoubtAbout(A.At(30)));
    }

    [Fact]
    public void The_record_is_bounded()
    {
        var record = Enumerable.Range(0, 100).Aggregate(EngineRecord.Empty, (lives, number) => lives.Answered($"engine-{number}", A.At(number * 10), A.At((number * 10) + 1)));

        Assert.Equal(EngineRecord.LivesKept, record.Lives.Count);
        Assert.NotNull(record.DoubtAbout(A.At(1)));
        Assert.Null(record.DoubtAbout(A.At(991)));
    }

    /// <summary>One life of an engine as it truly is: starting, up, stopping (or killed), absent; seconds of each, and when it is observed.</summary>
    private sealed record Life(double Starting, double Up, double Stopping, double Absent, double[] Looks);

    private static readonly Gen<Life> Lives = Gen.Select(
        Gen.Double[0.1, 2],
        Gen.Double[0.1, 20],
        Gen.Frequency((1, Gen.Const(0.0)), (1, Gen.Double[0.1, 10])),
        Gen.Double[0.1, 10],
        Gen.Double[0, 1].Array[0, 8],
        (starting, up, stopping, absent, looks) => new Life(starting, up, stopping, absent, looks));

    [Fact]
    public void Without_doubt_the_engine_was_truly_up_or_truly_absent() => Gen.Select(Lives.Array[1, 4], Gen.Double[0, 1].Array[20]).Sample(
        (lives, ends) =>
        {
            var (record, times, length) = Observe(lives);
            foreach (var end in ends)
            {
                // Compared as instants: two numbers of seconds may be one instant.
                var at = A.At(end * length);
                if (record.DoubtAbout(at) is null && !times.Exists(each => each.IsSafe && each.From <= at && at <= each.To))
                {
                    throw new InvalidOperationException($"no doubt about {at:O} in {string.Join(", ", times.Select(each => $"{each.IsSafe} {each.From:O} to {each.To:O}"))}");
                }
            }
        },
        iter: 50_000);

    [Theory]
    [InlineData("boot-1/20", 30, true)] // The silo was away from 10 s to 50 s, and so was the engine in the midst of it.
    [InlineData("boot-1/20", 5, false)]
    [InlineData("boot-1/20", 55, false)]
    [InlineData("boot-2/1", 30, false)] // A new boot of the host ended it.
    public void What_ended_while_nobody_looked_may_have_run_until_then(string nextProcess, int endedAt, bool isUnwatched)
    {
        var record = EngineRecord.Empty.Answered("boot-1/10", A.At(0), A.At(1)).Answered("boot-1/10", A.At(0), A.At(10)).Answered(nextProcess, A.At(40), A.At(50)).Answered(nextProcess, A.At(40), A.At(60));

        Assert.Equal(isUnwatched, record.WasUnwatched(A.At(endedAt)));
    }

    [Fact]
    public void What_ended_while_the_engine_was_seen_to_be_absent_was_watched()
    {
        var record = EngineRecord.Empty.Answered("boot-1/10", A.At(0), A.At(10)).Gone("boot-1/10", A.At(12)).Gone("boot-1/10", A.At(14)).Answered("boot-1/20", A.At(15), A.At(16));

        Assert.False(record.WasUnwatched(A.At(13)));
        Assert.False(record.WasUnwatched(A.At(11)));
    }

    /// <summary>Watches every life at least once while it is up, as a cell does that is served meanwhile.</summary>
    private static (EngineRecord Record, List<(bool IsSafe, DateTimeOffset From, DateTimeOffset To)> Times, double Length) Observe(Life[] lives)
    {
        var record = EngineRecord.Empty;
        var times = new List<(bool IsSafe, DateTimeOffset From, DateTimeOffset To)>();
        var at = 0.0;
        for (var number = 0; number < lives.Length; number++)
        {
            var life = lives[number];
            var (start, up) = (at, at + life.Starting);
            var stop = up + life.Up;
            var gone = stop + life.Stopping;
            at = gone + life.Absent;
            times.AddRange([(false, A.At(start), A.At(up)), (true, A.At(up), A.At(stop)), (false, A.At(stop), A.At(gone)), (true, A.At(gone), A.At(at))]);
            foreach (var look in life.Looks.Select(part => start + (part * (at - start))).Append((up + stop) / 2).Order())
            {
                record = look < stop ? record.Answered(new EngineAnswer($"engine-{number}", A.At(start), A.At(look), A.At(Math.Max(look, up))))
                    : look >= gone ? record.Gone($"engine-{number}", A.At(look))
                    : record;
            }
        }

        return (record, times, at);
    }
}
