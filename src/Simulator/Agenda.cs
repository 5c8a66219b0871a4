using System.Runtime.CompilerServices;

namespace Granary.Simulator;

/// <summary>What is going to happen, in the order of true time. Nobody inside the world sees this clock.</summary>
public sealed class Agenda
{
    /// <summary>A heap with four children to a node: fewer levels, and the children of one lie side by side.</summary>
    private const int Children = 4;

    private Entry[] heap = new Entry[1024];
    private int count;
    private long order;

    /// <summary>A plain one: a world compares entries more often than it does anything else.</summary>
    private readonly struct Entry(long at, long order, Action action)
    {
        public readonly long At = at;
        public readonly long Order = order;
        public readonly Action Action = action;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool IsBefore(in Entry other) => At < other.At || (At == other.At && Order < other.Order);
    }

    public TimeSpan Now { get; private set; }

    /// <summary>How many things have happened.</summary>
    public long Steps { get; private set; }

    public void At(TimeSpan at, Action action)
    {
        if (count == heap.Length)
        {
            Array.Resize(ref heap, count * 2);
        }

        var entry = new Entry((at < Now ? Now : at).Ticks, order++, action);
        var place = count++;
        while (place > 0 && entry.IsBefore(heap[(place - 1) / Children]))
        {
            heap[place] = heap[(place - 1) / Children];
            place = (place - 1) / Children;
        }

        heap[place] = entry;
    }

    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>Lets the next thing happen; false when nothing is left before the end.</summary>
    public bool Step(TimeSpan end)
    {
        if (count == 0 || heap[0].At > end.Ticks)
        {
            return false;
        }

        var first = heap[0];
        Sink(heap[--count]);
        heap[count] = default;
        (Now, Steps) = (TimeSpan.FromTicks(first.At), Steps + 1);
        first.Action();
        return true;
    }

    /// <summary>Puts an entry in the place of the first.</summary>
    private void Sink(in Entry entry)
    {
        var place = 0;
        while (true)
        {
            var least = (place * Children) + 1;
            if (least >= count)
            {
                break;
            }

            var end = Math.Min(least + Children, count);
            for (var child = least + 1; child < end; child++)
            {
                least = heap[child].IsBefore(heap[least]) ? child : least;
            }

            if (!heap[least].IsBefore(entry))
            {
                break;
            }

            heap[place] = heap[least];
            place = least;
        }

        heap[place] = entry;
    }
}
