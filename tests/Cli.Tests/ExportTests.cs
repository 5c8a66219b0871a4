using static Granary.Cli.Tests.Answers;

namespace Granary.Cli.Tests;

public sealed class ExportTests
{
    private const string Story = """
        ,"exit_code":0,"losses_max":2,"retries_max":0,"deadline_in_seconds":null,"story":[
        {"at":"2026-11-24T10:00:00Z","attempt":0,"text":"PENDING: accepted as task 3 of its app"},
        {"at":"2026-11-24T10:00:01Z","attempt":1,"cell":"cell-1","text":"RUNNING: attempt 1 was placed on cell-1"},
        {"at":"2026-11-24T10:00:20Z","attempt":1,"text":"PENDING: attempt 1 was lost on cell-1: the lease of cell-1 lapsed; move 1 of 2"},
        {"at":"2026-11-24T10:00:21Z","attempt":2,"cell":"cell-2","text":"RUNNING: attempt 2 was placed on cell-2"},
        {"at":"2026-11-24T10:00:51.5Z","attempt":2,"cell":"cell-2","text":"SUCCEEDED: attempt 2 exited with status 0"}]
        """;

    [Fact]
    public async Task What_happened_becomes_a_scenario_that_can_be_simulated()
    {
        await using var server = await ScriptedServer.Start();
        server.On("GET /api/cells", $$"""{"resources":[{{Cell("cell-1")}},{{Cell("cell-2")}}]}""")
            .On("GET /v3/tasks?order_by=created_at&per_page=5000", List(Task("SUCCEEDED")))
            .On(Wait, Task("SUCCEEDED", Story));
        var path = Path.GetTempFileName();

        var exported = await GranaryRun.Run(server.Address, "export");
        await File.WriteAllTextAsync(path, exported.Output);
        var simulated = await GranaryRun.Run(null, "simulate", path);
        File.Delete(path);

        Assert.Equal(0, exported.Code);
        Assert.Equal(
            """
            # Exported: 1 tasks since 2026-11-24 10:00:00Z
            cell cell-1 memory=512M disk=4096M
            cell cell-2 memory=512M disk=4096M
            task at=0s lasts=30.5s exit=0 memory=8M losses=2 retries=0
            kill-cell at=20s for=30s cell=cell-1

            """.ReplaceLineEndings("\n"),
            exported.Output);
        Assert.Equal(0, simulated.Code);
        Assert.Contains("outcomes:         1 succeeded", simulated.Output, StringComparison.Ordinal);
    }

    private static string Cell(string name) => $$"""{"name":"{{name}}","state":"up","total":{"memory_in_mb":512,"disk_in_mb":4096} }""";
}
