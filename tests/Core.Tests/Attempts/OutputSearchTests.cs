using System.Globalization;
using System.Text;
using Granary.Core.Runtime;

namespace Granary.Core.Tests.Attempts;

/// <summary>Where an engine's copy, whose beginning may be gone, goes on after what was taken of an output.</summary>
public sealed class OutputSearchTests
{
    private const string Gap = "(gap)";

    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(200, 0)]
    [InlineData(200, 1)]
    [InlineData(200, 100)]
    [InlineData(200, 136)]
    [InlineData(200, 170)]
    [InlineData(200, 199)]
    [InlineData(30, 29)]
    [InlineData(1000, 0)]
    [InlineData(1000, 999)]
    public void The_place_is_found_as_long_as_the_copy_has_one_line_that_was_taken(int taken, int dropped)
    {
        var written = Lines(1000, n => $"line {n}");

        Assert.Equal(Numbers(written[taken..]), Resumed(written, taken, dropped));
    }

    [Theory]
    [InlineData(200, 200)]
    [InlineData(200, 900)]
    [InlineData(1, 1)]
    public void A_copy_that_has_no_line_that_was_taken_is_new_behind_one_gap(int taken, int dropped)
    {
        var written = Lines(1000, n => $"line {n}");

        Assert.Equal([Gap, .. Numbers(written[dropped..])], Resumed(written, taken, dropped));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(50, 0)]
    [InlineData(5000, 0)]
    [InlineData(5000, 2000)]
    [InlineData(5000, 4999)]
    [InlineData(50, 20)]
    public void Lines_that_are_all_alike_are_told_apart_by_their_instants_once_their_beginning_is_gone(int taken, int dropped)
    {
        var written = Lines(6000, _ => "tick");

        Assert.Equal(Numbers(written[taken..]), Resumed(written, taken, dropped));
    }

    [Fact]
    public void Lines_that_are_all_alike_and_were_not_taken_are_behind_a_gap() =>
        Assert.Equal([Gap, .. Numbers(Lines(6000, _ => "tick")[5500..])], Resumed(Lines(6000, _ => "tick"), 5000, 5500));

    [Fact]
    public void A_report_that_comes_again_and_again_does_not_lead_astray()
    {
        var written = Lines(3000, n => $"row {n % 100}");

        Assert.Equal(Numbers(written[1750..]), Resumed(written, 1750, 900));
    }

    [Fact]
    public void The_count_holds_for_a_whole_copy_although_its_lines_were_received_late()
    {
        var written = Lines(3000, _ => "tick", TimeSpan.FromMilliseconds(1));
        var late = written.Take(1000).Select(line => line with { At = line.At.AddMinutes(5) });

        Assert.Equal(Numbers(written[1000..]), Resume(written, Marks(late)));
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(1000, 0)]
    [InlineData(1000, 500)]
    public void Lines_that_are_found_once_are_believed_although_the_engine_was_held_up_and_dates_them_late(int taken, int dropped)
    {
        var written = Lines(3000, n => $"line {n}", TimeSpan.FromMilliseconds(1));
        var copy = written.Select(line => line with { At = line.At.AddSeconds(20) }).ToArray();

        Assert.Equal(Numbers(copy[taken..]), Resume(copy[dropped..], Marks(written[..taken])));
    }

    [Fact]
    public void A_stream_that_was_left_long_ago_has_no_gap_where_the_other_is_found()
    {
        var banner = Line(OutputStream.Error, "banner", Noon);
        var written = Lines(1000, n => $"line {n}");
        var news = Line(OutputStream.Error, "bye", written[^1].At);

        var rest = Resume([.. written[400..], news], Marks([banner, .. written[..500]]));

        Assert.Equal(Numbers([.. written[500..], news]), rest);
    }

    [Fact]
    public void Both_streams_are_found_each_at_its_own_place()
    {
        var written = Lines(1000, n => $"line {n}").Select((line, index) => index % 3 == 0 ? line with { Stream = OutputStream.Error } : line).ToArray();
        OutputLine[] taken = [.. written.Where(line => line.Stream == OutputStream.Out).Take(300), .. written.Where(line => line.Stream == OutputStream.Error).Take(111)];

        var rest = Resume(written[150..], Marks(taken));

        Assert.Equal(Numbers(written.Except(taken)), rest);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_found_although_the_copy_replaced_each_of_them()
    {
        byte[][] texts = [[0xff, 0xfe, (byte)'a'], [0xe2, 0x82], [0xf0, 0x90, 0x80, (byte)'b'], [.. "zwölf €"u8], [0xed, 0xa0, 0x80]];
        string[] replaced = ["\ufffd\ufffda", "\ufffd\ufffd", "\ufffd\ufffd\ufffdb", "zwölf €", "\ufffd\ufffd\ufffd"];
        var live = texts.Select((text, index) => new OutputLine(OutputStream.Out, text, true, Noon.AddSeconds(index))).ToArray();
        var copy = replaced.Select((text, index) => Line(OutputStream.Out, text, live[index].At)).ToArray();

        for (var taken = 1; taken <= copy.Length; taken++)
        {
            Assert.Equal(Numbers(copy[taken..]), Resume(copy, Marks(live[..taken])));
        }
    }

    [Fact]
    public void After_a_gap_the_marks_are_those_of_the_copy_that_begins_behind_it()
    {
        var written = Lines(1000, n => $"line {n}");
        var marks = Marks([written[800] with { IsAfterGap = true }, .. written[801..830]], Marks(written[..500]));

        Assert.Equal(new OutputPosition(30, 0), marks.Position);
        Assert.Equal(Numbers(written[830..]), Resume(written[800..], marks));
        Assert.Equal(Numbers(written[830..]), Resume(written[815..], marks));
        Assert.Equal([Gap, .. Numbers(written[900..])], Resume(written[900..], marks));
    }

    [Fact]
    public void Marks_whose_lines_are_not_known_are_believed()
    {
        var written = Lines(10, n => $"line {n}");

        Assert.Equal(Numbers(written[4..]), Resume(written, new OutputMarks(new OutputPosition(4, 0), "")));
        Assert.Empty(Resume(written, new OutputMarks(new OutputPosition(40, 0), "0f3a: from another time")));
    }

    [Fact]
    public void Marks_come_back_as_they_were_written()
    {
        var marks = Marks(Lines(100, n => $"line {n}"));

        Assert.Equal(marks, new OutputTrail(marks).Marks);
        Assert.Equal(OutputMarks.Start, new OutputTrail(OutputMarks.Start).Marks);
        Assert.InRange(marks.Tail.Length, 1, 800);
    }

    private static string[] Resumed(OutputLine[] written, int taken, int dropped) => Resume(written[dropped..], Marks(written[..taken]));

    /// <summary>What is new, with the gap before it if there is one.</summary>
    private static string[] Resume(OutputLine[] copy, OutputMarks marks)
    {
        var search = new OutputSearch(marks);
        foreach (var line in copy)
        {
            search.See(line);
        }

        var resume = search.End();
        var rest = copy.Select(resume.New).OfType<OutputLine>().ToArray();
        Assert.True(resume.IsWhole);
        Assert.DoesNotContain(rest.Skip(1), line => line.IsAfterGap);
        return rest is [{ IsAfterGap: true }, ..] ? [Gap, .. Numbers(rest)] : Numbers(rest);
    }

    private static OutputMarks Marks(IEnumerable<OutputLine> taken, OutputMarks? from = null)
    {
        var trail = new OutputTrail(from ?? OutputMarks.Start);
        foreach (var line in taken)
        {
            trail.Take(line);
        }

        return trail.Marks;
    }

    private static OutputLine[] Lines(int count, Func<int, string> text, TimeSpan? pace = null) =>
        [.. Enumerable.Range(0, count).Select(n => Line(OutputStream.Out, text(n), Noon + (n * (pace ?? TimeSpan.FromSeconds(1)))))];

    private static OutputLine Line(OutputStream stream, string text, DateTimeOffset at) => new(stream, Encoding.UTF8.GetBytes(text), true, at);

    private static string[] Numbers(IEnumerable<OutputLine> lines) =>
        [.. lines.Select(line => string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(line.Text.Span)} {(line.At - Noon).TotalMilliseconds:0}"))];
}
