using Granary.Testing;

namespace Granary.Deploy.Tests;

public sealed class TestStateTests
{
    [Fact]
    public async Task The_folder_of_a_living_process_is_left_alone()
    {
        var folder = await TestState.FolderFor("mine");
        Directory.CreateDirectory(folder);

        await Script.Run("tests/Testing/reap", Path.GetDirectoryName(folder)!, "--if-ended");

        Assert.True(Directory.Exists(folder));
    }

    [Fact]
    public async Task What_a_dead_process_left_is_ended_and_deleted()
    {
        var orphaned = await TestState.FolderFor("orphaned");
        Directory.CreateDirectory(orphaned);
        await Script.Run("deploy/engine/private-engine", "up", Path.Combine(orphaned, "engine"), "--no-network");
        var engine = await File.ReadAllTextAsync(Path.Combine(orphaned, "engine", "pid"));

        await Script.Run("tests/Testing/reap", orphaned, "--if-ended");

        Assert.False(Directory.Exists(orphaned));
        Assert.False(Directory.Exists($"/proc/{engine}"));
    }
}
