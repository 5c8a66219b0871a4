using Granary.Silo.Storage.Cells;
using Granary.Testing;

namespace Granary.Storage.Tests;

public sealed class CellFolderTests : IAsyncLifetime
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    private string folder = "";

    public async Task InitializeAsync() => folder = await TestState.FolderFor($"cell-{Guid.NewGuid():N}");

    public Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task The_next_candidate_holds_the_folder_when_the_first_lets_go_and_knows_whom_it_follows()
    {
        await using var second = Candidate();
        Task waiting;
        await using (var first = Candidate())
        {
            Assert.True(await first.TryHold(CancellationToken.None));
            Assert.Null(await first.LastHolder(CancellationToken.None));
            await first.Sign("a name that is longer than the next", CancellationToken.None);
            await first.Sign("first", CancellationToken.None);
            Assert.False(await second.TryHold(CancellationToken.None));
            waiting = second.Hold(CancellationToken.None);
            Assert.False(waiting.IsCompleted);
        }

        await waiting;

        Assert.Equal("first", await second.LastHolder(CancellationToken.None));
        Assert.Empty(await second.Journal.Entries(CancellationToken.None));
    }

    [Fact]
    public async Task A_candidate_that_holds_the_folder_may_ask_for_it_again()
    {
        await using var only = Candidate();

        await only.Hold(CancellationToken.None);
        await only.Hold(CancellationToken.None);

        Assert.True(await only.TryHold(CancellationToken.None));
    }

    private CellFolder Candidate() => new(folder, LookEvery, TimeProvider.System);
}
