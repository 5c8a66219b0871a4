using Granary.Core.Apps;
using Granary.Grains.Ports;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>Security groups, from the API to the packets of a task.</summary>
[Collection(SharedEngine.Collection)]
public sealed class EgressTests(SharedEngine engine)
{
    /// <summary>The exit status is the sum of 1 for the first server that is not reached, and 2 for the second.</summary>
    private const string Command = $"status=0; nc -w 3 {Beyond.Address} 8000 </dev/null || status=1; nc -w 3 {Beyond.OtherAddress} 8000 </dev/null || status=$((status + 2)); exit $status";

    [Fact]
    public async Task A_task_reaches_what_the_groups_of_its_space_permitted_when_it_was_submitted()
    {
        await using var beyond = await Beyond.Make();
        await using var silo = await SiloProcess.Up("egress", engine.SocketUri);
        var app = await silo.BusyboxApp();
        Assert.Equal(0, await Unreached(silo, app));
        var before = await silo.Run(app, $"sleep 3; {Command}");

        await Enable(silo, isEnabled: false);
        Assert.Equal(3, await Unreached(silo, app));
        // It was submitted before, and tries while nothing is permitted any more.
        Assert.Equal(0, (await silo.End(before)).ExitCode);
        var group = (await silo.Ask(HttpMethod.Post, "/v3/security_groups", new
        {
            name = "one",
            rules = new[] { new { protocol = "tcp", destination = Beyond.OtherAddress, ports = "8000" } },
            relationships = new { running_spaces = new { data = new[] { new { guid = Home.Space } } } },
        }))["guid"]!.GetValue<string>();
        Assert.Equal(1, await Unreached(silo, app));
        await silo.Ask(HttpMethod.Delete, $"/v3/security_groups/{group}");
        await Enable(silo, isEnabled: true);
        Assert.Equal(0, await Unreached(silo, app));
        await silo.LeavesNothing();
    }

    private static Task Enable(SiloProcess silo, bool isEnabled) =>
        silo.Ask(HttpMethod.Patch, $"/v3/security_groups/{SecurityGroup.Default}", new { globally_enabled = new { running = isEnabled } });

    private static async Task<int?> Unreached(SiloProcess silo, AppState app) => (await silo.End(await silo.Run(app, Command))).ExitCode;
}
