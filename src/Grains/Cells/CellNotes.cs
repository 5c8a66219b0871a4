using System.Collections.Concurrent;
using Granary.Core.Attempts;
using Granary.Grains.Ports;

namespace Granary.Grains.Cells;

/// <summary>The cell's journal as this process knows it: read once, then kept in memory beside the durable notes.</summary>
internal sealed class CellNotes(ICellJournal journal)
{
    private readonly ConcurrentDictionary<AttemptKey, AttemptNotes> attempts = new();

    /// <summary>
    /// Whether the journal tells of every attempt that this cell ever noted and has not forgotten. A cell whose folder was lost begins
    /// a new one: there a missing note proves nothing.
    /// </summary>
    public bool IsWhole { get; set; } = true;

    /// <summary>The attempts of which there is a note.</summary>
    public IReadOnlyList<AttemptKey> Noted => [.. attempts.Where(each => each.Value.Entry is not null).Select(each => each.Key)];

    public async Task Load(CancellationToken cancellation)
    {
        foreach (var entry in await journal.Entries(cancellation))
        {
            attempts[entry.Attempt] = new AttemptNotes(entry.Attempt, journal, entry);
        }
    }

    public AttemptNotes Of(AttemptKey attempt) => attempts.GetOrAdd(attempt, key => new AttemptNotes(key, journal, null));

    public async Task Forget(AttemptKey attempt, CancellationToken cancellation)
    {
        if (attempts.TryGetValue(attempt, out var notes) && notes.Entry is not null)
        {
            await journal.Forget(attempt, cancellation);
        }

        attempts.TryRemove(attempt, out _);
    }
}

/// <summary>What is noted of one attempt. The notes only move forward: what has ended keeps its report, and an earlier note never replaces a later one.</summary>
internal sealed class AttemptNotes(AttemptKey attempt, ICellJournal journal, JournalEntry? entry)
{
    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;

    /// <summary>The newest durable note; null if there is none.</summary>
    public JournalEntry? Entry { get; private set; } = entry;

    /// <summary>The engine was told to start it, by this process or one before: it is never told again.</summary>
    public bool StartWasOrdered => Entry is { Note: AttemptNote.StartOrdered or AttemptNote.StopOrdered or AttemptNote.Ended };

    public Task Starting(CancellationToken cancellation) => Add(AttemptNote.Starting, null, null, cancellation);

    public Task StartOrdered(CancellationToken cancellation) => Add(AttemptNote.StartOrdered, null, null, cancellation);

    /// <summary>Nothing changes where a stop is noted already.</summary>
    /// <param name="displacedBecause">As in <see cref="JournalEntry.DisplacedBecause"/>.</param>
    public Task StopOrdered(DateTimeOffset at, string? displacedBecause, CancellationToken cancellation) => Add(AttemptNote.StopOrdered, at, null, cancellation, displacedBecause);

    /// <summary>Notes the end; <see cref="Entry"/> has the report that counts.</summary>
    public Task Over(Ending ending, CancellationToken cancellation) => Add(ending.Note, null, ending.Report, cancellation);

    /// <summary>A stop may be noted while the end is: one write after the other, so that memory and disk agree.</summary>
    private Task Add(AttemptNote note, DateTimeOffset? stopOrderedAt, AttemptReport? report, CancellationToken cancellation, string? displacedBecause = null)
    {
        lock (gate)
        {
            return last = After(last, note, stopOrderedAt, report, displacedBecause, cancellation);
        }
    }

    private async Task After(Task before, AttemptNote note, DateTimeOffset? stopOrderedAt, AttemptReport? report, string? displacedBecause, CancellationToken cancellation)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Entry is { } current && (current.Note >= note || current.Report is not null))
        {
            return;
        }

        var next = new JournalEntry(attempt, note, Entry?.StopOrderedAt ?? stopOrderedAt, report) { DisplacedBecause = Entry?.DisplacedBecause ?? displacedBecause };
        await journal.Write(next, cancellation);
        Entry = next;
    }
}
