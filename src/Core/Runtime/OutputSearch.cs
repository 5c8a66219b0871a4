namespace Granary.Core.Runtime;

/// <summary>
/// Finds in an engine's copy of an output, read from the copy's beginning, the place up to which it was taken. Nothing but a few hashes is
/// kept of what is read. The place of a stream is
/// 1. where the count says, if the lines before it are the last that were taken: so it is unless the copy lost its beginning;
/// 2. else wherever the copy has those lines, or begins with the last of them; of several places the nearest instant decides;
/// 3. else, if the instants rule all of them out, where the copy has those lines just once: an engine that was held up dates lines late;
/// 4. else unknown: none of what was taken is in the copy, so all that the copy has of the stream is new.
/// Lines are missing only if no place of either stream is known: both streams were left at one time, and the copy reaches back to it or not.
/// </summary>
public sealed class OutputSearch
{
    private readonly StreamSearch output;
    private readonly StreamSearch errors;

    public OutputSearch(OutputMarks marks)
    {
        var trail = new OutputTrail(marks);
        output = new StreamSearch(trail.Of(OutputStream.Out));
        errors = new StreamSearch(trail.Of(OutputStream.Error));
    }

    /// <summary>Nothing that follows changes the answer.</summary>
    public bool IsOver => output.IsOver && errors.IsOver;

    public void See(OutputLine line) => (line.Stream == OutputStream.Out ? output : errors).See(line);

    /// <summary>The answer, for another reading of the same copy.</summary>
    /// <param name="wasCut">The copy lost a place while it was read before: what is lost now is missing, wherever the other stream is.</param>
    public OutputResume End(bool wasCut = false) =>
        new(output.Place, errors.Place, isAfterGap: (output.IsLost || errors.IsLost) && (wasCut || (output.Place is null && errors.Place is null)));
}

/// <summary>The search in one stream.</summary>
internal sealed class StreamSearch(StreamTrail taken)
{
    /// <summary>
    /// An engine may date a line a little later than a live reader got it; more than this, and it is as a rule another line. A copy that
    /// lost a file is further off: to write a file takes longer.
    /// </summary>
    private static readonly TimeSpan LagMax = TimeSpan.FromSeconds(1);

    private readonly LineWindow seen = new();
    private OutputPlace? nearest;
    private TimeSpan distance = TimeSpan.MaxValue;
    private OutputPlace? late;
    private int lateMatches;
    private OutputPlace here;
    private long index;

    public bool IsOver { get; private set; } = taken.Lines == 0;

    /// <summary>The best place so far.</summary>
    public OutputPlace? Place => nearest ?? (lateMatches == 1 ? late : null);

    /// <summary>Lines were taken, and the copy has none of them.</summary>
    public bool IsLost => taken.Lines > 0 && taken.Window.Count > 0 && Place is null;

    public void See(OutputLine line)
    {
        if (IsOver)
        {
            return;
        }

        index++;
        here = here.Next(line.At);
        seen.Add(line.Text.Span);
        if (taken.Window.Count == 0)
        {
            // The lines are not known: the count is believed.
            nearest = here;
            IsOver = index == taken.Lines;
            return;
        }

        var isWhole = index >= taken.Window.Count;
        if ((isWhole && !IsPossible()) || !seen.EndsLike(taken.Window, (int)Math.Min(index, taken.Window.Count)))
        {
            return;
        }

        if (line.At > taken.At + LagMax)
        {
            (late, lateMatches) = isWhole ? (here, lateMatches + 1) : (late, lateMatches);
            return;
        }

        IsOver = index == taken.Lines;
        var away = (line.At - taken.At).Duration();
        if (IsOver || away <= distance)
        {
            (nearest, distance) = (here, away);
        }
    }

    /// <summary>While the window has every line that was taken, a copy that has them all has lost nothing, and the count is right.</summary>
    private bool IsPossible() => taken.Lines > LineWindow.LinesMax || index == taken.Lines;
}

/// <summary>Tells, in a reading of an engine's copy from its beginning, which lines are new.</summary>
public sealed class OutputResume
{
    private readonly OutputPlace?[] wanted;
    private readonly OutputPlace[] here = new OutputPlace[2];
    private readonly bool[] isPassed;
    private bool isAfterGap;

    internal OutputResume(OutputPlace? output, OutputPlace? errors, bool isAfterGap)
    {
        wanted = [output, errors];
        isPassed = [output is null, errors is null];
        this.isAfterGap = isAfterGap;
    }

    /// <summary>So far every place was met; else, at the end of the reading, the copy lost it meanwhile, and the search begins anew.</summary>
    public bool IsWhole => isPassed[0] && isPassed[1];

    /// <summary>The line if it is new, with the gap before it if there is one; null if it was taken before.</summary>
    public OutputLine? New(OutputLine line)
    {
        var stream = (int)line.Stream;
        if (!isPassed[stream])
        {
            here[stream] = here[stream].Next(line.At);
            isPassed[stream] = here[stream] == wanted[stream];
            return null;
        }

        line = line with { IsAfterGap = isAfterGap };
        isAfterGap = false;
        return line;
    }
}
