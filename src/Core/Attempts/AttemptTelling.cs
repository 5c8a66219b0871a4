using Granary.Core.Cells;
using Granary.Core.Stories;

namespace Granary.Core.Attempts;

/// <summary>What the machines of tasks and instances say of attempts, in the same words.</summary>
internal static class AttemptTelling
{
    /// <summary>The state with one more entry in its story.</summary>
    /// <param name="phase">As the API names it.</param>
    public static T Told<T>(this T work, DateTimeOffset at, string phase, string text, string? cell)
        where T : WorkState =>
        (T)(work with { Story = work.Story.Add(new StoryEntry(at, work.Attempt, cell, $"{phase}: {text}")), UpdatedAt = at });

    /// <summary>
    /// A cell that came back found that an attempt may have run on after its lease had lapsed. Told once per attempt, and only of one that was given up: the
    /// newest attempt runs beside nobody while it holds its cell, or when its own exit ended it.
    /// </summary>
    public static Decision<T, AttemptEffect> Doubt<T>(T work, DateTimeOffset at, int attempt, CellId cell)
        where T : WorkState
    {
        var text = $"unconfirmed: attempt {attempt} may have run on at {cell} after its lease had lapsed";
        return attempt > work.Attempt || (attempt == work.Attempt && (work.HoldsCell || work.ExitCode is not null)) || work.Story.Entries.Exists(entry => entry.Text == text)
            ? Decision<T, AttemptEffect>.Stay(work)
            : Decision<T, AttemptEffect>.Move((T)(work with { Story = work.Story.Add(new StoryEntry(at, attempt, cell.Name, text)), UpdatedAt = at }));
    }

    /// <summary>The stop order again; the next time to look moves on only once it has come.</summary>
    public static Decision<T, AttemptEffect> StopAgain<T>(T work, DateTimeOffset at)
        where T : WorkState
    {
        var stop = new AttemptEffect.StopAttempt(work.Cell!.Value, work.Key);
        return work.WakeAt > at ? Decision<T, AttemptEffect>.Stay(work, stop) : Decision<T, AttemptEffect>.Move((T)(work with { WakeAt = at + AttemptPolicy.StopCheck }), stop);
    }

    /// <summary>Cut to what a failure reason may hold.</summary>
    public static string Bounded(string reason) => reason.Length <= Limits.FailureReasonLength ? reason : reason[..Limits.FailureReasonLength];

    public static string Reason(AttemptSpec spec, AttemptExit exit) => $"{spec.LogSource}: Exited with status {exit.Code}{(exit.OutOfMemory ? " (out of memory)" : "")}";

    public static string Words(AttemptExit exit) => $"exited with status {exit.Code}{(exit.OutOfMemory ? " (out of memory)" : "")}";

    public static string Words(AttemptReport report) => report switch
    {
        AttemptReport.Lost lost => $"the attempt was lost: {lost.Evidence}",
        AttemptReport.Declined declined => $"the attempt had not started: {declined.Reason}",
        AttemptReport.Displaced displaced => $"the attempt was moved: {displaced.Reason}",
        _ => report.ToString(),
    };
}
