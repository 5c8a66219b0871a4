using System.Globalization;
using Granary.Core.Runtime;

namespace Granary.Runtime.Conformance;

/// <summary>The duties that concern output.</summary>
public abstract partial class RuntimeConformance
{
    /// <summary>The longest piece of a line, in bytes.</summary>
    private const int PieceBytesMax = 16 * 1024;

    private static readonly string[] OutLines = [.. Enumerable.Range(1, 40).Select(n => string.Create(CultureInfo.InvariantCulture, $"out {n}"))];
    private static readonly string[] ErrorLines = [.. Enumerable.Range(1, 30).Select(n => string.Create(CultureInfo.InvariantCulture, $"error {n}"))];

    [Fact]
    public async Task Output_opened_before_the_start_sees_the_first_byte_of_both_streams()
    {
        var attempt = await Created(new Behaviour.Prints([.. OutLines], [.. ErrorLines]));
        var output = await Open(attempt);

        await Start(attempt);

        var lines = await ReadAll(output);
        Assert.Equal(OutLines, Texts(lines, OutputStream.Out));
        Assert.Equal(ErrorLines, Texts(lines, OutputStream.Error));
        Assert.All(lines, line => Assert.True(line.EndsLine));
    }

    [Fact]
    public async Task Output_of_an_ended_container_can_be_read_and_its_instants_rise_within_a_stream()
    {
        var attempt = await Started(new Behaviour.Prints([.. OutLines], [.. ErrorLines]));
        await Ended(attempt);

        var lines = await ReadAll(await Open(attempt));

        Assert.Equal(OutLines, Texts(lines, OutputStream.Out));
        Assert.Equal(ErrorLines, Texts(lines, OutputStream.Error));
        foreach (var stream in lines.GroupBy(line => line.Stream))
        {
            Assert.All(stream.Zip(stream.Skip(1)), pair => Assert.True(pair.First.At <= pair.Second.At, $"{pair.First.At:O} before {pair.Second.At:O}"));
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(17, 29)]
    [InlineData(40, 12)]
    [InlineData(40, 30)]
    public async Task Output_is_resumed_without_gap_or_repeat(int outTaken, int errorTaken)
    {
        var attempt = await Started(new Behaviour.Prints([.. OutLines], [.. ErrorLines]));
        await Ended(attempt);
        var all = await ReadAll(await Open(attempt));
        var marks = After([.. all.Where(line => line.Stream == OutputStream.Out).Take(outTaken), .. all.Where(line => line.Stream == OutputStream.Error).Take(errorTaken)]);

        var lines = await ReadAll(await Open(attempt, marks));
        var believed = await ReadAll(await Open(attempt, new OutputMarks(new OutputPosition(outTaken, errorTaken), "")));

        Assert.Equal(OutLines.Skip(outTaken), Texts(lines, OutputStream.Out));
        Assert.Equal(ErrorLines.Skip(errorTaken), Texts(lines, OutputStream.Error));
        Assert.All(lines, line => Assert.False(line.IsAfterGap));
        Assert.Equal(lines.Select(Text).Order(), believed.Select(Text).Order());
    }

    [Fact]
    public async Task Output_that_was_left_in_the_middle_goes_on_where_it_was_left()
    {
        var attempt = await Created(new Behaviour.Prints([.. OutLines], [.. ErrorLines]));
        var output = await Open(attempt);
        await Start(attempt);

        var first = await ReadSome(output, 25);
        var rest = await ReadAll(await Open(attempt, After(first)));

        Assert.Equal(OutLines, Texts(first.Concat(rest), OutputStream.Out));
        Assert.Equal(ErrorLines, Texts(first.Concat(rest), OutputStream.Error));
    }

    [Fact]
    public async Task What_was_taken_and_is_not_in_the_copy_leaves_one_gap_before_all_that_is()
    {
        var attempt = await Started(new Behaviour.Prints([.. OutLines], [.. ErrorLines]));
        await Ended(attempt);
        var lines = await ReadAll(await Open(attempt));
        var strange = After(lines.Select(line => line with { Text = "another"u8.ToArray() }));

        var rest = await ReadAll(await Open(attempt, strange));
        var again = await ReadAll(await Open(attempt, After(rest.Take(10), strange)));

        Assert.Equal(OutLines, Texts(rest, OutputStream.Out));
        Assert.Equal(ErrorLines, Texts(rest, OutputStream.Error));
        Assert.True(rest[0].IsAfterGap);
        Assert.DoesNotContain(rest.Skip(1).Concat(again), line => line.IsAfterGap);
        Assert.Equal(rest.Count - 10, again.Count);
    }

    [Fact]
    public async Task A_stream_that_was_left_long_ago_has_no_gap_where_the_other_is_found()
    {
        var attempt = await Started(new Behaviour.Prints([.. OutLines], []));
        await Ended(attempt);
        var lines = await ReadAll(await Open(attempt));
        var banner = new OutputLine(OutputStream.Error, "written and dropped long ago"u8.ToArray(), true, lines[0].At.AddDays(-1));

        var rest = await ReadAll(await Open(attempt, After([banner, .. lines.Take(7)])));

        Assert.Equal(OutLines.Skip(7), rest.Select(Text));
        Assert.DoesNotContain(rest, line => line.IsAfterGap);
    }

    [Fact]
    public async Task Lines_that_are_all_alike_are_told_apart_by_their_number()
    {
        const int Lines = 5000;
        var attempt = await Started(new Behaviour.PrintsAlike(Lines));
        await Ended(attempt);
        var all = await ReadAll(await Open(attempt));

        var rest = await ReadAll(await Open(attempt, After(all.Take(1234))));

        Assert.Equal(Lines, all.Count);
        Assert.Equal(Lines - 1234, rest.Count);
        Assert.DoesNotContain(rest, line => line.IsAfterGap);
    }

    [Fact]
    public async Task Output_is_resumed_again_and_again_while_it_is_written()
    {
        var attempt = await Waiting(new Behaviour.PrintsSlowly(OutLines.Length));
        var marks = OutputMarks.Start;
        var all = new List<OutputLine>();
        for (var taken = 0; taken < OutLines.Length; taken += 8)
        {
            var some = await ReadSome(await Open(attempt, marks), 8);
            marks = After(some, marks);
            all.AddRange(some);
        }

        all.AddRange(await ReadAll(await Open(attempt, marks)));

        Assert.Equal([Behaviour.Ready, .. OutLines], all.Select(Text));
    }

    [Fact]
    public async Task A_position_beyond_all_output_gives_none()
    {
        var attempt = await Started(new Behaviour.Prints(["only"], []));
        await Ended(attempt);

        Assert.Empty(await ReadAll(await Open(attempt, new OutputMarks(new OutputPosition(5, 5), ""))));
    }

    [Fact]
    public async Task A_long_line_arrives_in_pieces_and_counts_as_pieces()
    {
        const int Length = (3 * PieceBytesMax) + 100;
        var attempt = await Started(new Behaviour.PrintsLong(Length));
        await Ended(attempt);

        var pieces = await ReadAll(await Open(attempt));
        var resumed = await ReadAll(await Open(attempt, After(pieces.Take(1))));

        Assert.Equal(new string('x', Length), string.Concat(pieces.Select(Text)));
        Assert.All(pieces, piece => Assert.InRange(piece.Text.Length, 1, PieceBytesMax));
        Assert.All(pieces.SkipLast(1), piece => Assert.False(piece.EndsLine));
        Assert.True(pieces[^1].EndsLine);
        Assert.Equal(pieces.Skip(1).Select(Text), resumed.Select(Text));
    }

    [Fact]
    public async Task A_last_line_without_a_line_end_is_a_line()
    {
        var attempt = await Started(new Behaviour.PrintsWithoutLineEnd("whole", "rest"));
        await Ended(attempt);

        var lines = await ReadAll(await Open(attempt));

        Assert.Equal(["whole", "rest"], lines.Select(Text));
        Assert.True(lines[^1].EndsLine);
    }

    [Fact]
    public async Task Output_ends_when_its_container_is_stopped()
    {
        var attempt = await Waiting(new Behaviour.Waits());
        var output = ReadAll(await Open(attempt));

        await Runtime.Stop(attempt, Patience.Limit / 2, default);

        Assert.Equal([Behaviour.Ready], (await output).Select(Text));
    }

    private static Task<List<OutputLine>> ReadSome(IAsyncEnumerable<OutputLine> output, int count)
    {
        return Patience.Await(Read(), "the first lines of an output");

        async Task<List<OutputLine>> Read()
        {
            var lines = new List<OutputLine>();
            await foreach (var line in output)
            {
                lines.Add(line);
                if (lines.Count == count)
                {
                    break;
                }
            }

            return lines;
        }
    }
}
