using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Docker.Tests;

public class LimitTests(SharedEngine engine) : EngineTests(engine)
{
    private const string EatMemory = "text=0123456789; while :; do text=$text$text; done";

    [Theory]
    [InlineData("granary-cut-1")]
    [InlineData("granary-cut-1/disk")]
    public async Task A_disk_that_a_crash_left_half_made_is_no_room_and_no_obstacle(string left)
    {
        await using var cell = new Cell(Engine, folder: $"half-made-{left.Length}");
        var before = await cell.Runtime.Describe(default);
        Directory.CreateDirectory(Path.Combine(cell.Options.StateFolder, "scratch", left));

        var after = await cell.Runtime.Describe(default);

        Assert.InRange(after.DiskMb, before.DiskMb - 1024, before.DiskMb + 1024);
    }

    [Fact]
    public async Task A_program_over_its_memory_is_killed_and_the_report_says_so()
    {
        var ran = await Cell.Run(Cell.Droplet(EatMemory, memoryMb: 32));

        Assert.Equal(137, ran.Report.ExitCode);
        Assert.True(ran.Report.OutOfMemory, ran.ToString());
    }

    [Fact]
    public async Task A_child_over_the_memory_does_not_make_its_parent_out_of_memory()
    {
        var ran = await Cell.Run(Cell.Droplet($"bash -c '{EatMemory}'; exit 3", memoryMb: 32));

        Assert.Equal(3, ran.Report.ExitCode);
        Assert.False(ran.Report.OutOfMemory, ran.ToString());
    }

    [Fact]
    public async Task A_droplets_program_over_its_disk_sees_no_space_left_and_goes_on()
    {
        var ran = await Cell.Run(Cell.Droplet("head -c 20000000 /dev/zero >fits && echo fitted; head -c 40000000 /dev/zero >more; echo status $?", diskMb: 32));

        Assert.Contains("fitted\n", ran.Out, StringComparison.Ordinal);
        Assert.Contains("No space left on device", ran.Errors, StringComparison.Ordinal);
        Assert.Contains("status 1\n", ran.Out, StringComparison.Ordinal);
        Assert.Equal(0, ran.Report.ExitCode);
    }

    [Fact]
    public async Task An_images_program_writes_where_the_image_lets_it_until_its_disk_is_full()
    {
        var ran = await Cell.Run(Cell.Image("echo x >/etc/mine && echo written; dd if=/dev/zero of=/tmp/big bs=1M count=40; echo status $?", diskMb: 16));

        Assert.Contains("written\n", ran.Out, StringComparison.Ordinal);
        Assert.Contains("No space left on device", ran.Errors, StringComparison.Ordinal);
        Assert.Contains("status 1\n", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Temporary_folders_are_bounded_too_and_run_scripts()
    {
        var ran = await Cell.Run(Cell.Droplet("printf '#!/bin/sh\\necho ran\\n' >$TMPDIR/s; chmod +x $TMPDIR/s; $TMPDIR/s; for d in /tmp /home/vcap/tmp /dev/shm; do head -c 40000000 /dev/zero >$d/big; done", memoryMb: 64));

        Assert.True(ran.Out == "ran\n", ran.ToString());
        Assert.Equal(3, ran.Errors.Split("No space left on device").Length - 1);
        Assert.False(ran.Report.OutOfMemory);
    }

    [Fact]
    public async Task No_more_processes_than_allowed_can_be_made()
    {
        var ran = await Cell.Run(Cell.Droplet("for i in $(seq 60); do sleep 5 & done; echo started $(jobs -r | wc -l)", pids: 20));

        Assert.Contains("Resource temporarily unavailable", ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_of_8_MB_runs_every_time_under_full_load()
    {
        using var load = new CpuLoad(threadsPerCore: 2);
        for (var round = 1; round <= 8; round++)
        {
            var ran = await Cell.Run(Cell.Droplet("tasks/sample-task.sh", memoryMb: 8, network: ContainerNetwork.Outbound));
            Assert.True(ran is { Report.ExitCode: 0, Out: "one sentence\n" }, $"round {round}: {ran}");
        }
    }
}
