using Docker.DotNet.Models;
using Granary.Core.Runtime;
using Granary.Grains.Cells;
using Granary.Silo.Docker;
using Granary.Testing;

namespace Granary.Docker.Tests;

public class ForeignThingsTests(SharedEngine engine) : EngineTests(engine)
{
    [Fact]
    public async Task A_strangers_container_with_our_name_is_told_and_left_alone()
    {
        var spec = Cell.Image("true");
        await Cell.Client.Containers.CreateContainerAsync(new CreateContainerParameters { Name = spec.Attempt.ContainerName, Image = SharedEngine.BusyboxImage, Cmd = ["sleep", "100"] });
        await Cell.Client.Containers.StartContainerAsync(spec.Attempt.ContainerName, new());

        var outcome = await Cell.Runtime.Create(spec, default);
        await Cell.Runtime.Stop(spec.Attempt, TimeSpan.Zero, default);
        await Cell.Runtime.Remove(spec.Attempt, default);

        Assert.Contains("not Granary's", Assert.IsType<CreateOutcome.NameTaken>(outcome).By, StringComparison.Ordinal);
        Assert.True((await Cell.Client.Containers.InspectContainerAsync(spec.Attempt.ContainerName)).State!.Running);
        await Cell.Client.Containers.RemoveContainerAsync(spec.Attempt.ContainerName, new() { Force = true });
    }

    [Fact]
    public async Task A_strangers_volume_with_our_name_is_no_mark_and_is_left_alone()
    {
        await Cell.Client.Volumes.CreateAsync(new VolumesCreateParameters { Name = "granary-identity" });

        await Assert.ThrowsAsync<ForeignEngineException>(() => Cell.Runtime.Mark("m", default));

        Assert.Null((await Cell.Runtime.Describe(default)).Marker);
        await Cell.Client.Volumes.RemoveAsync("granary-identity");
    }

    [Fact]
    public async Task Our_mark_is_written_read_and_replaced()
    {
        await Cell.Runtime.Mark("one", default);
        await Cell.Runtime.Mark("two", default);

        Assert.Equal("two", (await Cell.Runtime.Describe(default)).Marker);
        Assert.Equal("two", (await Cell.Client.Volumes.InspectAsync("granary-identity")).Labels[ContainerLabels.Identity]);
        await Cell.Client.Volumes.RemoveAsync("granary-identity");
    }

    [Fact]
    public async Task Capacity_does_not_fall_by_what_containers_write()
    {
        var before = await Cell.Runtime.Describe(default);
        var attempt = await Cell.Started(Cell.Droplet("head -c 200000000 /dev/zero >file; sync; echo done; sleep 1000", memoryMb: 256, diskMb: 256));
        await foreach (var line in await Cell.Runtime.OpenOutput(attempt, OutputMarks.Start, default))
        {
            break;
        }

        var after = await Cell.Runtime.Describe(default);

        Assert.InRange(after.DiskMb, before.DiskMb - 100, before.DiskMb + 100);
        Assert.True(after is { MemoryMb: > 0, Cpus: > 0 }, after.ToString());
    }
}
