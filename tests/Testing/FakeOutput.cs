using System.Text;
using Granary.Core.Runtime;

namespace Granary.Testing;

/// <summary>The output of one container of <see cref="FakeRuntime"/>, cut into lines as an engine does. Guarded by the runtime's lock.</summary>
internal sealed class FakeOutput
{
    /// <summary>The longest piece of a line, in bytes: Docker's own limit.</summary>
    private const int PieceBytesMax = 16 * 1024;

    private readonly List<OutputLine> lines = [];
    private readonly List<byte> outRest = [];
    private readonly List<byte> errorRest = [];
    private TaskCompletionSource? news;

    /// <summary>The first line that the engine's own copy still has; whoever follows already has the others too.</summary>
    public int First { get; set; }

    public int Count => lines.Count;

    public OutputLine this[int index] => lines[index];

    /// <summary>Completes at the next line, at the end of the container, or when the engine goes away.</summary>
    public Task News() => (news ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Write(OutputStream stream, string text, Func<DateTimeOffset> now)
    {
        var rest = stream == OutputStream.Out ? outRest : errorRest;
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (value == (byte)'\n')
            {
                Cut(stream, rest, endsLine: true, now());
                continue;
            }

            if (rest.Count == PieceBytesMax)
            {
                Cut(stream, rest, endsLine: false, now());
            }

            rest.Add(value);
        }

        Ring();
    }

    /// <summary>The streams are closed: what has no line end is the last line.</summary>
    public void Close(Func<DateTimeOffset> now)
    {
        if (outRest.Count > 0)
        {
            Cut(OutputStream.Out, outRest, endsLine: true, now());
        }

        if (errorRest.Count > 0)
        {
            Cut(OutputStream.Error, errorRest, endsLine: true, now());
        }

        Ring();
    }

    public void Ring()
    {
        news?.SetResult();
        news = null;
    }

    private void Cut(OutputStream stream, List<byte> rest, bool endsLine, DateTimeOffset at)
    {
        lines.Add(new OutputLine(stream, rest.ToArray(), endsLine, at));
        rest.Clear();
    }
}
