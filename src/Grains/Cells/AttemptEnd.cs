using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Grains.Cells;

/// <summary>How an attempt is over on its cell.</summary>
/// <param name="Note">Ended when its process ran; fenced when the number can never start here any more.</param>
internal sealed record Ending(AttemptReport Report, AttemptNote Note)
{
    /// <summary>A container whose start is in doubt is removed before the loss is told: what is gone cannot start.</summary>
    public bool RemovesFirst => Note == AttemptNote.Fenced && Report is AttemptReport.Lost;

    public static Ending Ended(AttemptReport report) => new(report, AttemptNote.Ended);

    public static Ending Lost(AttemptKey attempt, string evidence) => Fenced(new AttemptReport.Lost(attempt.Number, evidence));

    public static Ending Fenced(AttemptReport report) => new(report, AttemptNote.Fenced);

    /// <summary>The engine was never told to start it.</summary>
    public static Ending NeverStarted(AttemptKey attempt, string reason, bool permanent = false) => Fenced(new AttemptReport.Declined(attempt.Number, reason, permanent));
}

/// <summary>Carries the end of an attempt to its task or instance: noted, told until that has written it, and only then cleaned up.</summary>
internal sealed class AttemptEnd(AttemptKey attempt, ServedCell cell)
{
    public async Task Run(Ending ending)
    {
        var notes = cell.Notes.Of(attempt);
        await cell.Persist(attempt, () => notes.Over(ending, cell.Serving));
        if (ending.RemovesFirst)
        {
            await cell.Persist(attempt, () => cell.Services.Runtime.Remove(attempt, cell.Serving));
        }

        var report = notes.Entry!.Report!;
        var current = await cell.Persist(attempt, () => Work().Report(report));
        await CleanUp(AttemptVerdict.MayHaveRunBeside(report, current));
    }

    /// <summary>Ends what no row wants any more.</summary>
    /// <param name="mayHaveRunBeside">Its process ran when, or after, its task was moved.</param>
    public async Task Discard(bool mayHaveRunBeside)
    {
        await cell.Persist(attempt, () => cell.Services.Runtime.Stop(attempt, TimeSpan.Zero, cell.Serving));
        await CleanUp(mayHaveRunBeside);
    }

    /// <summary>What may have run on beside its successor is told before the last trace of it goes.</summary>
    private async Task CleanUp(bool mayHaveRunBeside)
    {
        if (mayHaveRunBeside || cell.Services.Kills.Of(attempt) is { IsOutlived: true })
        {
            await cell.Persist(attempt, () => Work().Outlive(attempt.Number, cell.Id));
        }

        await cell.Persist(attempt, () => cell.Services.Runtime.Remove(attempt, cell.Serving));
        cell.Services.Marks.Clear(attempt);
        cell.Services.Kills.Forget(attempt);
        await cell.Persist(attempt, () => cell.Notes.Forget(attempt, cell.Serving));
        cell.Books.Release(attempt);
    }

    private IWorkGrain Work() => cell.Services.Grains.Work(attempt.Work);
}
