using System.Text;
using Granary.Core.Runtime;
using Granary.Silo.Docker;

namespace Granary.Docker.Tests;

public class LineSplitterTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData("")]
    [InlineData("a\n", "a+")]
    [InlineData("a\n\nb", "a+", "+", "b+")]
    [InlineData("no end", "no end+")]
    public void Lines_come_out_however_the_bytes_were_cut(string text, params string[] expected)
    {
        for (var size = 1; size <= text.Length + 1; size++)
        {
            Assert.Equal(expected, Split(Encoding.ASCII.GetBytes(text), size).Select(line => Encoding.ASCII.GetString(line.Text.Span) + (line.EndsLine ? "+" : "-")));
        }
    }

    [Theory]
    [InlineData(16384, true, "16384-", "0+")]
    [InlineData(16384, false, "16384+")]
    [InlineData(16385, true, "16384-", "1+")]
    [InlineData(40000, false, "16384-", "16384-", "7232+")]
    public void Long_lines_come_in_pieces_as_the_engine_cuts_them(int length, bool hasEnd, params string[] expected)
    {
        var bytes = Encoding.ASCII.GetBytes(new string('x', length) + (hasEnd ? "\n" : ""));

        foreach (var size in new[] { 1000, 16384, 50000 })
        {
            Assert.Equal(expected, Split(bytes, size).Select(line => $"{line.Text.Length}{(line.EndsLine ? '+' : '-')}"));
        }
    }

    private static List<OutputLine> Split(byte[] bytes, int size)
    {
        var splitter = new LineSplitter(OutputStream.Out);
        var lines = new Queue<OutputLine>();
        foreach (var chunk in bytes.Chunk(size))
        {
            splitter.Take(chunk, At, lines);
        }

        return [.. lines, .. new[] { splitter.Rest(At) }.OfType<OutputLine>()];
    }
}
