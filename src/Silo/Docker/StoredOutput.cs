using System.Runtime.CompilerServices;
using Granary.Core.Runtime;

namespace Granary.Silo.Docker;

/// <summary>
/// Output taken from the engine's own copy, in any number of readings, each of which gives what is new. A reading is a picture of the copy
/// at one instant and is exact. To follow the copy is not: when its file is exchanged for a new one, the engine repeats lines or loses them.
/// </summary>
/// <param name="open">Opens a reading: of so many of the newest records, or of all.</param>
/// <param name="trail">What was taken; whoever reads here moves it on with each line.</param>
internal sealed class StoredOutput(Func<int?, CancellationToken, Task<Stream>> open, OutputTrail trail)
{
    /// <summary>Records read beyond those that are expected to be new, to meet the last one that was read before.</summary>
    private const int RecordsSpare = 256;

    private readonly Dictionary<OutputStream, OutputLine> held = [];
    private (OutputStream Stream, OutputPlace Place)? last;
    private bool isResumed;
    private bool wasCut;
    private int newest;

    /// <summary>The lines that are new since the reading before. May break with an <see cref="IOException"/>; the next reading goes on from there.</summary>
    /// <param name="expected">About how many lines were written meanwhile.</param>
    public IAsyncEnumerable<OutputLine> New(int expected, CancellationToken cancellation) => isResumed ? Further(expected, cancellation) : Resume(cancellation);

    /// <summary>What no line end followed. Meaningful only when the container had ended before the last reading.</summary>
    public IEnumerable<OutputLine> Rest() => held.Values.OrderBy(line => line.Stream).Select(line => line with { EndsLine = true });

    /// <summary>Finds what was taken, by anybody, and gives what follows.</summary>
    private async IAsyncEnumerable<OutputLine> Resume([EnumeratorCancellation] CancellationToken cancellation)
    {
        held.Clear(); // A reading that broke gave lines already; what it held is read again.
        var resume = await Search(cancellation);
        var counter = new PlaceCounter();
        (OutputStream, OutputPlace)? place = null;
        await foreach (var record in Records(null, cancellation))
        {
            place = counter.Of(record);
            if (resume.New(record) is { } line)
            {
                foreach (var whole in Hold(line))
                {
                    yield return whole;
                }
            }
        }

        isResumed = resume.IsWhole;
        wasCut = !isResumed; // Between the search and this reading: the next one searches again.
        last = place;
    }

    private async Task<OutputResume> Search(CancellationToken cancellation)
    {
        var search = new OutputSearch(trail.Marks);
        if (!search.IsOver)
        {
            await foreach (var record in Records(null, cancellation))
            {
                search.See(record);
                if (search.IsOver)
                {
                    break;
                }
            }
        }

        return search.End(wasCut);
    }

    /// <summary>Gives what follows the last record read: it is met among the newest records, as a rule, or in all of them, or it is gone.</summary>
    private async IAsyncEnumerable<OutputLine> Further(int expected, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // In a row of records of one instant places are counted from the row's beginning, so that must be read too.
        int? size = last is { Place.Nth: 1 } ? RecordsSpare + (2 * Math.Max(expected, newest)) : null;
        foreach (var (records, mustMeet) in new[] { (size, true), (null, true), (null, false) })
        {
            await using var reading = Records(records, cancellation).GetAsyncEnumerator(cancellation);
            var counter = new PlaceCounter();
            if (mustMeet && last is not null && !await Meet(reading, counter))
            {
                continue;
            }

            var isAfterGap = !mustMeet;
            newest = 0;
            while (await reading.MoveNextAsync())
            {
                newest++;
                last = counter.Of(reading.Current);
                foreach (var line in Hold(reading.Current with { IsAfterGap = isAfterGap }))
                {
                    yield return line;
                }

                isAfterGap = false;
            }

            yield break;
        }
    }

    /// <summary>Moves to the last record that was read before; false if it is not there.</summary>
    private async Task<bool> Meet(IAsyncEnumerator<OutputLine> reading, PlaceCounter counter)
    {
        while (await reading.MoveNextAsync())
        {
            if (counter.Of(reading.Current) == last)
            {
                return true;
            }
        }

        return false;
    }

    private async IAsyncEnumerable<OutputLine> Records(int? newestRecords, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var stream = await open(newestRecords, cancellation);
        await foreach (var record in CopyRecords.Of(stream, cancellation))
        {
            yield return record;
        }
    }

    /// <summary>A record without a line end is held back until another of its stream follows: only then is it known that it does not end its line.</summary>
    private IEnumerable<OutputLine> Hold(OutputLine record)
    {
        if (held.Remove(record.Stream, out var earlier))
        {
            yield return earlier;
        }

        if (record.EndsLine)
        {
            yield return record;
        }
        else
        {
            held.Add(record.Stream, record);
        }
    }

    /// <summary>Names the records of one reading, in the order of the copy.</summary>
    private sealed class PlaceCounter
    {
        private readonly OutputPlace[] places = new OutputPlace[2];

        public (OutputStream Stream, OutputPlace Place) Of(OutputLine record)
        {
            ref var place = ref places[(int)record.Stream];
            place = place.Next(record.At);
            return (record.Stream, place);
        }
    }
}
