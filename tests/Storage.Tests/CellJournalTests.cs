using Granary.Core.Attempts;
using Granary.Grains.Ports;
using Granary.Silo.Storage.Cells;
using Granary.Testing;

namespace Granary.Storage.Tests;

public sealed class CellJournalTests : IAsyncLifetime
{
    private static readonly AttemptKey One = new(Guid.NewGuid(), 1);
    private static readonly AttemptKey Two = One with { Number = 2 };
    private string folder = "";

    public async Task InitializeAsync() => folder = await TestState.FolderFor($"cell-{Guid.NewGuid():N}");

    public Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_was_noted_is_there_for_the_next_process()
    {
        var ended = new JournalEntry(One, AttemptNote.Ended, A.Noon.AddTicks(1), new AttemptReport.Exited(1, new AttemptExit(137, true, A.Noon, A.Noon.AddSeconds(1), false, true)));
        var lost = new JournalEntry(Two, AttemptNote.Fenced, null, new AttemptReport.Lost(2, "unknown to the cell"));
        var engine = EngineRecord.Empty.Answered("boot/1", A.Noon, A.Noon).Gone("boot/1", A.Noon.AddSeconds(1)).Answered("boot/2", null, A.Noon.AddSeconds(2));
        await using (var journal = await Open())
        {
            await journal.Write(new JournalEntry(One, AttemptNote.Starting, null, null), CancellationToken.None);
            await journal.Write(ended, CancellationToken.None);
            await journal.Write(lost, CancellationToken.None);
            await journal.Write(engine, CancellationToken.None);
            await journal.WriteMarker("a-marker", CancellationToken.None);
        }

        await using var next = await Open();

        Assert.Equal([ended, lost], await next.Entries(CancellationToken.None));
        Assert.Equal(engine.Lives, (await next.EngineRecord(CancellationToken.None)).Lives);
        Assert.Equal("a-marker", await next.Marker(CancellationToken.None));
    }

    [Fact]
    public async Task A_new_cell_has_nothing()
    {
        await using var journal = await Open();

        Assert.Empty(await journal.Entries(CancellationToken.None));
        Assert.Empty((await journal.EngineRecord(CancellationToken.None)).Lives);
        Assert.Null(await journal.Marker(CancellationToken.None));
    }

    [Fact]
    public async Task A_forgotten_attempt_is_gone_and_others_stay()
    {
        await using var journal = await Open();
        await journal.Write(new JournalEntry(One, AttemptNote.Starting, null, null), CancellationToken.None);
        await journal.Write(new JournalEntry(Two, AttemptNote.Starting, null, null), CancellationToken.None);

        await journal.Forget(One, CancellationToken.None);
        await journal.Forget(One, CancellationToken.None);

        Assert.Equal([Two], (await journal.Entries(CancellationToken.None)).Select(entry => entry.Attempt));
    }

    [Fact]
    public async Task Many_notes_at_once_are_all_kept()
    {
        await using var journal = await Open();
        var attempts = Enumerable.Range(1, 50).Select(number => One with { Number = number }).ToArray();

        await Task.WhenAll(attempts.Select(attempt => Task.Run(() => journal.Write(new JournalEntry(attempt, AttemptNote.Starting, null, null), CancellationToken.None))));

        Assert.Equal(attempts, (await journal.Entries(CancellationToken.None)).Select(entry => entry.Attempt));
    }

    private Task<CellJournal> Open() => CellJournal.Open(folder, TimeProvider.System, CancellationToken.None);
}
