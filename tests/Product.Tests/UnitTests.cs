using Granary.Core.Tasks;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>What deploy/systemd/granary.service takes away from root is nothing that a silo needs.</summary>
[Collection(SharedEngine.Collection)]
public sealed class UnitTests(SharedEngine engine)
{
    private const string Key = "CapabilityBoundingSet=";

    [Fact]
    public async Task The_capabilities_of_the_unit_are_enough_for_a_task_with_a_disk_and_a_network()
    {
        var line = (await File.ReadAllLinesAsync(Repository.PathOf("deploy/systemd/granary.service"))).Single(each => each.StartsWith(Key, StringComparison.Ordinal));
        var capabilities = string.Join(',', line[Key.Length..].Split(' ').Select(each => $"+{each["CAP_".Length..].ToLowerInvariant()}"));
        await using var silo = await SiloProcess.UpWith(capabilities, "unit", engine.SocketUri);
        var app = await silo.TrainingApp();

        var done = await silo.End(await silo.Run(app, "tasks/sample-task.sh"));
        var cancelled = await silo.Run(app, "echo ready; sleep 600");
        await silo.Says(cancelled, "ready");
        await silo.Client.Cancel(cancelled.Id);
        cancelled = await silo.End(cancelled);

        Assert.Equal((TaskPhase.Succeeded, 1), (done.Phase, done.Attempt));
        Assert.Equal("task was cancelled", cancelled.FailureReason);
        await silo.LeavesNothing();
        Assert.Empty(silo.Faults);
        Assert.Empty(silo.Warnings);
    }
}
