using Granary.Core.Runtime;
using Granary.Testing;

namespace Granary.Docker.Tests;

public class DropletTests(SharedEngine engine) : EngineTests(engine)
{
    [Fact]
    public async Task A_droplet_is_unpacked_once_for_many_attempts_that_are_made_at_once()
    {
        await using var cell = new Cell(Engine, folder: $"cell-{Guid.NewGuid():N}"[..12]);
        var specs = Enumerable.Range(0, 6).Select(_ => cell.Droplet("true")).ToList();

        await Task.WhenAll(specs.Select(cell.Created));

        Assert.Equal(1, cell.Droplets.Unpacks);
    }

    [Fact]
    public async Task Another_runtime_on_the_same_folder_finds_the_droplet()
    {
        await Cell.Created(Cell.Droplet("true"));
        await using var later = new Cell(Engine);

        await later.Created(later.Droplet("true"));

        Assert.Equal(0, later.Droplets.Unpacks);
    }

    [Fact]
    public async Task What_an_attempt_does_to_its_copy_no_other_sees()
    {
        var first = await Cell.Run(Cell.Droplet("echo changed >plain.txt; rm tasks/sample-task.sh; echo new >new.txt; cat plain.txt"));
        var second = await Cell.Run(Cell.Droplet("cat plain.txt; ls; tasks/sample-task.sh"));

        Assert.Equal("changed\n", first.Out);
        Assert.Equal("1\nplain.txt\ntasks\none sentence\n", second.Out);
    }

    [Fact]
    public async Task User_home_folder_and_environment_are_those_of_Cloud_Foundry()
    {
        var ran = await Cell.Run(Cell.Droplet("id -u; id -g; id -un; pwd; echo $HOME; echo $USER; echo $TMPDIR; echo $GREETING; stat -c %U . plain.txt"));

        Assert.Equal("2000\n2000\nvcap\n/home/vcap/app\n/home/vcap/app\nvcap\n/home/vcap/tmp\nhello world\nvcap\nvcap\n", ran.Out);
    }

    [Fact]
    public async Task An_image_keeps_its_own_user_and_environment()
    {
        var ran = await Cell.Run(Cell.Image("pwd; echo $GREETING; test -n \"$PATH\" && echo path; echo \"[$TMPDIR]\""));

        Assert.Equal("/\nhello world\npath\n[]\n", ran.Out);
    }

    [Fact]
    public async Task A_droplet_that_is_not_there_makes_no_container_and_leaves_nothing()
    {
        var spec = Cell.Droplet("true");
        spec = spec with { Source = spec.Source with { DropletDigest = new string('e', 64) } };

        var outcome = await Cell.Runtime.Create(spec, default);

        Assert.Contains("there is no droplet", Assert.IsType<CreateOutcome.Impossible>(outcome).Reason, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Cell.Options.StateFolder, "scratch", spec.Attempt.ContainerName)));
    }

    [Fact]
    public async Task Removing_leaves_no_container_no_volume_no_mount_and_no_file()
    {
        var attempt = await Cell.Started(Cell.Droplet("head -c 1000000 /dev/zero >file; sleep 100"));
        var volumes = (await Cell.Client.Volumes.ListAsync(default(CancellationToken))).Volumes?.Count ?? 0;

        await Cell.Runtime.Remove(attempt, default);

        Assert.Null(await Cell.Runtime.Find(attempt, default));
        Assert.Equal(volumes, (await Cell.Client.Volumes.ListAsync(default(CancellationToken))).Volumes?.Count ?? 0);
        Assert.DoesNotContain(attempt.ContainerName, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Cell.Options.StateFolder, "scratch"), attempt.ContainerName + "*"));
    }

    [Fact]
    public async Task Disks_without_a_container_are_swept_at_the_start_and_others_stay()
    {
        var kept = await Cell.Created(Cell.Droplet("true"));
        var lost = await Cell.Created(Cell.Droplet("true"));
        await Cell.Client.Containers.RemoveContainerAsync(lost.ContainerName, new() { Force = true });
        await using var later = new Cell(Engine);

        await later.Created(later.Droplet("true"));

        var scratch = Path.Combine(Cell.Options.StateFolder, "scratch");
        Assert.False(Directory.Exists(Path.Combine(scratch, lost.ContainerName)));
        Assert.True(Directory.Exists(Path.Combine(scratch, kept.ContainerName, "disk", "root", "tasks")));
    }
}
