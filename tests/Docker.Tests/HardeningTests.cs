using System.Globalization;
using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Docker.Tests;

public class HardeningTests(SharedEngine engine) : EngineTests(engine)
{
    [Fact]
    public async Task A_created_container_shows_every_item_of_the_hardening()
    {
        var spec = Cell.Droplet("true", memoryMb: 100, diskMb: 32, pids: 77);
        var attempt = await Cell.Created(spec);

        var container = await Cell.Client.Containers.InspectContainerAsync(attempt.ContainerName);

        var host = container.HostConfig!;
        Assert.Equal(["ALL"], host.CapDrop);
        Assert.Null(host.CapAdd);
        Assert.Equal(["no-new-privileges"], host.SecurityOpt);
        Assert.True(host.ReadonlyRootfs);
        Assert.True(host.Init);
        Assert.False(host.Privileged);
        Assert.False(host.AutoRemove);
        Assert.Equal("private", host.IpcMode);
        Assert.Equal("", host.PidMode);
        Assert.Equal("", host.UTSMode);
        Assert.Equal((100L + Cell.Options.MemoryOverheadMb) << 20, host.Memory);
        Assert.Equal(host.Memory, host.MemorySwap);
        Assert.Equal(spec.Limits.CpuShares, host.CPUShares);
        Assert.Equal(77, host.PidsLimit);
        Assert.Equal(25L << 20, host.ShmSize);
        Assert.Equal(["core 0 0", "nofile 16384 16384"], host.Ulimits.Select(limit => string.Create(CultureInfo.InvariantCulture, $"{limit.Name} {limit.Soft} {limit.Hard}")).Order());
        Assert.Equal("json-file", host.LogConfig.Type);
        Assert.Equal("10m", host.LogConfig.Config["max-size"]);
        Assert.Equal("2", host.LogConfig.Config["max-file"]);
        Assert.Equal(["/home/vcap/tmp exec,size=12800k,mode=1777,uid=2000,gid=2000", "/tmp exec,size=12800k,mode=1777,uid=2000,gid=2000"], host.Tmpfs!.Select(mount => $"{mount.Key} {mount.Value}").Order());
        Assert.Equal("none", host.NetworkMode);
        Assert.Equal("2000:2000", container.Config!.User);
        Assert.Equal(TimeSpan.FromSeconds(7), container.Config!.StopTimeout);
        Assert.Equal("/home/vcap/app", Assert.Single(container.Mounts).Destination);
        Assert.Equal(
            [$"granary.attempt={attempt.Number}", $"granary.cell={Cell.Id}", $"granary.work={attempt.Work}"],
            container.Config!.Labels!.Where(label => label.Key.StartsWith("granary.", StringComparison.Ordinal) && label.Key != "granary.recipe").Select(label => $"{label.Key}={label.Value}").Order());
        Assert.Equal(attempt.ContainerName, container.Name.TrimStart('/'));
    }

    [Fact]
    public async Task Inside_there_are_no_capabilities_no_way_to_new_ones_and_no_writable_root()
    {
        var ran = await Cell.Run(Cell.Droplet("grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status; touch /etc/x; touch /x; ls /sys/fs/cgroup >/dev/null; mount -t tmpfs x /mnt; echo end"));

        Assert.Contains("CapBnd:\t0000000000000000", ran.Out, StringComparison.Ordinal);
        Assert.Contains("CapEff:\t0000000000000000", ran.Out, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", ran.Out, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", ran.Out, StringComparison.Ordinal);
        Assert.Contains("'/etc/x': Read-only file system", ran.Errors, StringComparison.Ordinal);
        Assert.Contains("'/x': Read-only file system", ran.Errors, StringComparison.Ordinal);
        Assert.EndsWith("end\n", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_of_the_users_own_gets_the_same_and_no_network_if_it_asks_for_none()
    {
        var attempt = await Cell.Created(Cell.Image("true"));

        var container = await Cell.Client.Containers.InspectContainerAsync(attempt.ContainerName);

        Assert.True(container.HostConfig!.ReadonlyRootfs);
        Assert.Equal(["ALL"], container.HostConfig!.CapDrop);
        Assert.Equal(["no-new-privileges"], container.HostConfig!.SecurityOpt);
        Assert.Equal("none", container.HostConfig!.NetworkMode);
        Assert.All(container.Mounts, mount => Assert.StartsWith(Cell.Options.StateFolder, mount.Source, StringComparison.Ordinal));
        Assert.Equal(ContainerPhase.Created, (await Cell.Runtime.Find(attempt, default))!.Phase);
    }
}
