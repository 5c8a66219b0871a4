namespace Granary.Cli.Tests;

public sealed class UpTests
{
    [Fact]
    public async Task All_wrong_settings_are_told_at_once()
    {
        using var up = GranaryRun.Up("--cell", "a/b", "--http", "http://0.0.0.0:80", "--state", "relative");

        var end = await up.End();

        Assert.Equal((1, ""), (end.Code, end.Output));
        Assert.Contains("--cell is 'a/b'", end.Errors, StringComparison.Ordinal);
        Assert.Contains("--http is 'http://0.0.0.0:80': an API that asks for no tokens listens on loopback only.", end.Errors, StringComparison.Ordinal);
        Assert.Contains("--state is 'relative'", end.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_switch_is_a_fault_of_the_line()
    {
        using var up = GranaryRun.Up("--nonsense");

        Assert.Equal(2, (await up.End()).Code);
    }

    [Fact]
    public async Task It_becomes_the_silo_says_when_it_is_ready_and_Ctrl_C_ends_it()
    {
        var silo = new RealSilo();
        await silo.InitializeAsync();
        try
        {
            var command = await File.ReadAllTextAsync($"/proc/{silo.Up.Id}/cmdline");
            var end = await silo.Stop();

            Assert.Contains("Granary.Silo", command, StringComparison.Ordinal);
            Assert.Equal((0, $"Granary is up: cell {silo.Cell} on {silo.SocketUri}, API at {silo.Address.GetLeftPart(UriPartial.Authority)}. Ctrl-C stops it.\n"), (end.Code, end.Output));
        }
        finally
        {
            await silo.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_silo_that_is_not_there_is_told()
    {
        using var up = GranaryRun.UpWith("/nowhere/Granary.Silo");

        var end = await up.End();

        Assert.Equal(new GranaryEnd(1, "", "GRANARY_SILO names /nowhere/Granary.Silo, and there is no such file.\n"), end);
    }
}
