using System.Diagnostics;
using Granary.Silo.Wardens;

namespace Granary.Warden.Tests;

public class ProcessIdentityTests
{
    [Fact]
    public async Task A_process_is_alive_until_it_has_ended_and_is_killed_by_what_it_is()
    {
        using var process = Process.Start("/bin/sleep", ["1000"]);
        var identity = ProcessIdentity.Of(process.Id)!;

        Assert.True(identity.IsAlive);
        Assert.Equal(identity, ProcessIdentity.Parse(identity.ToString()));
        Assert.True(identity.Kill(ProcessHandle.Sigkill));
        await process.WaitForExitAsync();

        Assert.Equal(137, process.ExitCode);
        Assert.False(identity.IsAlive);
        Assert.False(identity.Kill(ProcessHandle.Sigkill));
    }

    [Fact]
    public void Another_process_with_its_id_is_neither_taken_for_it_nor_signalled()
    {
        using var process = Process.Start("/bin/sleep", ["1000"]);
        var identity = ProcessIdentity.Of(process.Id)!;
        var (earlier, otherBoot) = (identity with { StartedAt = "1" }, identity with { Boot = Guid.NewGuid().ToString() });

        Assert.False(earlier.IsAlive);
        Assert.False(otherBoot.IsAlive);
        Assert.False(earlier.Kill(ProcessHandle.Sigkill));
        Assert.False(otherBoot.Kill(ProcessHandle.Sigkill));

        Assert.True(identity.IsAlive);
        process.Kill();
    }

    [Fact]
    public async Task A_process_that_awaits_its_parent_is_gone()
    {
        // The shell becomes a program that never asks what became of its child, which does not end before.
        using var parent = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "(until grep -q sleep /proc/$$/comm; do :; done) & echo $!; exec sleep 1000"]) { RedirectStandardOutput = true })!;
        var child = int.Parse((await parent.StandardOutput.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture);

        await Until.True(() => ProcFile.Read(child, "stat")?.Contains(") Z ", StringComparison.Ordinal) == true, "the child to end");

        Assert.Null(ProcessIdentity.Of(child));
        parent.Kill();
    }

    [Fact]
    public void What_is_no_identity_is_none()
    {
        Assert.Null(ProcessIdentity.Parse(""));
        Assert.Null(ProcessIdentity.Parse("boot/none/1"));
        Assert.Null(ProcessIdentity.Of(int.MaxValue));
    }
}
