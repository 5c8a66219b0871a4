using System.Collections.Immutable;

namespace Granary.Simulator.Reports;

/// <summary>What a person wants to know of a world that has ended. Times are of the world.</summary>
/// <param name="Outcomes">How many tasks ended how: "succeeded", "failed", "cancelled" and so on; sorted.</param>
/// <param name="Attempts">Processes of tasks and instances that were started.</param>
/// <param name="RestartsAvoided">Processes that another silo took over while they ran.</param>
/// <param name="TimeLost">What attempts had run when the infrastructure under them was lost.</param>
/// <param name="Rescheduling">From the end of an attempt that was lost to the start of the next one's process.</param>
/// <param name="Waiting">From a submit to the start of the first process.</param>
/// <param name="Use">Memory that processes had reserved, as a part of all, over time.</param>
/// <param name="Worst">The task that took longest beyond what its command needs, with its story.</param>
public sealed record WorldReport(
    ImmutableSortedDictionary<string, int> Outcomes,
    int Tasks,
    int Attempts,
    int Losses,
    int Unconfirmed,
    int RestartsAvoided,
    TimeSpan TimeLost,
    Times Rescheduling,
    Times Waiting,
    ImmutableArray<Used> Use,
    WorstTask? Worst,
    Timeline Timeline);

/// <param name="Part">0 to 1.</param>
public readonly record struct Used(TimeSpan At, double Part);

/// <param name="Beyond">From its submit to its end, less what its command takes once.</param>
public sealed record WorstTask(int Number, TimeSpan Beyond, ImmutableArray<string> Story);

/// <summary>How long something took, over all times that it was done.</summary>
public sealed record Times(int Count, TimeSpan Half, TimeSpan NinetyNine, TimeSpan Longest)
{
    internal static Times Of(List<TimeSpan> times)
    {
        if (times.Count == 0)
        {
            return new Times(0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        }

        times.Sort();
        return new Times(times.Count, times[(times.Count - 1) / 2], times[(int)Math.Ceiling(times.Count * 0.99) - 1], times[^1]);
    }
}

/// <summary>For a picture: cells as rows, attempts as bars, faults as marks. Empty where nobody asked for it.</summary>
public sealed record Timeline(ImmutableArray<string> Cells, ImmutableArray<Bar> Bars, ImmutableArray<Mark> Marks, TimeSpan End);

/// <param name="End">Null: it ran to the end of the world.</param>
/// <param name="How">"itself", "stopped", "lost".</param>
public sealed record Bar(string Cell, string Work, int Attempt, TimeSpan Start, TimeSpan? End, string How, int ExitCode);

public sealed record Mark(TimeSpan At, TimeSpan? End, string What, ImmutableArray<string> Cells);
