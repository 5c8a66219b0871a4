using Granary.Testing;

namespace Granary.Deploy.Tests;

[Collection(SharedEngine.Collection)]
public sealed class StackImageTests(SharedEngine shared)
{
    [Fact]
    public async Task The_stack_runs_bash_as_vcap_in_its_home_and_speaks_UTF_8()
    {
        var answer = await RunInStack("id -u; id -un; pwd; echo $HOME; printf '\\xc3\\xa9' | wc -m; touch ~/app/x ~/tmp/x ~/deps/x ~/logs/x && echo wrote");

        Assert.Equal("2000\nvcap\n/home/vcap/app\n/home/vcap\n1\nwrote", answer);
    }

    [Fact]
    public async Task Without_a_network_the_stack_knows_localhost()
    {
        var answer = await RunInStack("getent hosts localhost");

        Assert.Contains("localhost", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_program_of_the_stack_lacks_a_library_or_lends_rights()
    {
        var answer = await RunInStack(
            "for file in /usr/bin/* /usr/sbin/*; do ldd $file 2>&1 | grep -q 'not found' && echo $file; done; find / -xdev -type f -perm /6000 2>/dev/null || true");

        Assert.Equal("", answer);
    }

    [Fact]
    public async Task Busybox_runs_a_command_with_bash_as_well()
    {
        var answer = await Docker.Run(shared.SocketUri, "run", "--rm", "--network=none", "--user=vcap", SharedEngine.BusyboxImage, "bash", "-c", "id -u");

        Assert.Equal("2000", answer);
    }

    [Fact]
    public async Task An_image_that_is_there_is_not_made_again()
    {
        var before = await Docker.Run(shared.SocketUri, "image", "inspect", "--format={{.Id}}", SharedEngine.StackImage);

        await shared.Engine.LoadStack();

        Assert.Equal(before, await Docker.Run(shared.SocketUri, "image", "inspect", "--format={{.Id}}", SharedEngine.StackImage));
    }

    private Task<string> RunInStack(string command) =>
        Docker.Run(shared.SocketUri, "run", "--rm", "--network=none", SharedEngine.StackImage, "bash", "-c", command);
}
