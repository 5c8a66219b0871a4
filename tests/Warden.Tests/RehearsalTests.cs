using Granary.Silo.Wardens;

namespace Granary.Warden.Tests;

[Collection(nameof(Cage))]
public class RehearsalTests
{
    [Fact]
    public async Task It_kills_a_process_of_its_own_spares_the_cell_and_leaves_no_group()
    {
        await using var cage = new Cage(ControlGroupMounts.Read().Freezer is null ? GroupKind.Unified : GroupKind.Freezer);
        await cage.StartCounting(Cage.NewAttempt());
        var above = Path.GetDirectoryName(cage.Folder)!;
        var before = Directory.GetDirectories(above);

        await Rehearsal.Run(cage.Path, default);

        Assert.False(cage.Group.IsFrozen);
        await cage.Counts();
        Assert.Equal(before, Directory.GetDirectories(above));
    }
}
