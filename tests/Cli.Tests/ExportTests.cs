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
            .On("GET /v3/apps?order_by=created_at&per_page=5000", List())
            .On(Wait, Task("SUCCEEDED", Story));
        var path = Path.GetTempFileName();

        var exported = await GranaryRun.Run(server.Address, "export");
        await File.WriteAllTextAsync(path, exported.Output);
        var simulated = await GranaryRun.Run(null, "simulate", path);
        File.Delete(path);

        Assert.Equal(0, exported.Code);
        Assert.Equal(
            """
            # Exported: 1 tasks and 0 processes of apps since 2026-11-24 10:00:00Z
            cell cell-1 memory=512M disk=4096M
            cell cell-2 memory=512M disk=4096M
            task at=0s lasts=30.5s exit=0 memory=8M losses=2 retries=0
            kill-cell at=20s for=30s cell=cell-1

            """.ReplaceLineEndings("\n"),
            exported.Output);
        Assert.Equal(0, simulated.Code);
        Assert.Contains("outcomes:         1 succeeded", simulated.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """
        "exit_code":null,"losses_max":2,"retries_max":0,"story":[{"at":"2026-11-24T10:00:01Z","attempt":1,"cell":"cell-1","text":"RUNNING: attempt 1 was placed on cell-1"},{"at":"2026-11-24T10:00:11Z","attempt":1,"cell":"cell-1","text":"CANCELING: cancel requested; cell-1 was told to stop attempt 1"},{"at":"2026-11-24T10:00:12Z","attempt":1,"text":"FAILED: stopped; the process ended with status 143"}]
        """,
        "lasts=71s exit=0 memory=8M losses=2 retries=0 cancel=11s")]
    [InlineData(
        """
        "exit_code":137,"losses_max":0,"retries_max":3,"on_cell_loss":"fail","deadline_in_seconds":60,"result":{"failure_reason":"APP/TASK/migrate: Exited with status 137 (out of memory)"},"story":[{"at":"2026-11-24T10:00:01Z","attempt":1,"cell":"cell-1","text":"RUNNING: attempt 1 was placed on cell-1"},{"at":"2026-11-24T10:00:03Z","attempt":1,"text":"FAILED: attempt 1 exited with status 137 (out of memory)"}]
        """,
        "lasts=2s exit=137 memory=8M losses=0 retries=3 oom=yes never-moved=yes deadline=60s")]
    [InlineData(
        """
        "exit_code":null,"story":[{"at":"2026-11-24T10:00:01Z","attempt":1,"cell":"cell-1","text":"RUNNING: attempt 1 was placed on cell-1"},{"at":"2026-11-24T10:00:31Z","attempt":1,"text":"FAILED: attempt 1 was lost, and its 0 moves are spent: its process ended with status 137, but it ended before its engine was seen to be up"}]
        """,
        "lasts=90s exit=0 memory=8M losses=2 retries=0\nkill-engine at=31s for=30s cell=cell-1")]
    public async Task What_a_task_went_through_is_in_its_line(string more, string line)
    {
        await using var server = await ScriptedServer.Start();
        server.On("GET /api/cells", """{"resources":[]}""")
            .On("GET /v3/tasks?order_by=created_at&per_page=5000", List(Task("FAILED")))
            .On("GET /v3/apps?order_by=created_at&per_page=5000", List())
            .On(Wait, $$"""{"created_at":"2026-11-24T10:00:00Z","memory_in_mb":8,{{more}}}""");

        var exported = await GranaryRun.Run(server.Address, "export");

        Assert.Equal($"# Exported: 1 tasks and 0 processes of apps since 2026-11-24 10:00:00Z\ntask at=0s {line}\n", exported.Output);
    }

    [Fact]
    public async Task Apps_are_exported_with_their_instances_and_what_they_lost()
    {
        const string losing = """{"created_at":"2026-11-24T10:00:00Z","story":[{"at":"2026-11-24T10:00:00Z","attempt":0,"text":"PENDING: wanted: version 1 of its app"},{"at":"2026-11-24T10:00:02Z","attempt":1,"cell":"cell-1","text":"RUNNING: attempt 1 is up on cell-1"},{"at":"2026-11-24T10:01:00Z","attempt":1,"text":"PENDING: attempt 1 was lost on cell-1: the lease of cell-1 lapsed"}]}""";
        const string crashing = """{"created_at":"2026-11-24T10:00:00Z","story":[{"at":"2026-11-24T10:00:02Z","attempt":1,"cell":"cell-2","text":"RUNNING: attempt 1 is up on cell-2"},{"at":"2026-11-24T10:00:09Z","attempt":1,"text":"PENDING: attempt 1 exited with status 1: crash 1; it runs again at once"}]}""";
        await using var server = await ScriptedServer.Start();
        server.On("GET /api/cells", $$"""{"resources":[{{Cell("cell-1")}}]}""")
            .On("GET /v3/tasks?order_by=created_at&per_page=5000", List())
            .On("GET /v3/apps?order_by=created_at&per_page=5000", List(App.Replace("STOPPED", "STARTED", StringComparison.Ordinal)))
            .On(Processes, List(Process("worker", 2), Process("none", 1), Process("idle", 0)))
            .On($"GET /api/apps/{AppGuid}/processes/worker/instances/0", losing)
            .On($"GET /api/apps/{AppGuid}/processes/worker/instances/1", crashing)
            .On($"GET /api/apps/{AppGuid}/processes/none/instances/0", """{"errors":[{"code":10010,"title":"CF-ResourceNotFound","detail":"Instance not found"}]}""", 404);

        var exported = await GranaryRun.Run(server.Address, "export");

        Assert.Equal(
            """
            # Exported: 0 tasks and 1 processes of apps since 2026-11-24 10:00:00Z
            cell cell-1 memory=512M disk=4096M
            app at=0s instances=2 memory=64M crashes-after=7s
            kill-cell at=60s for=30s cell=cell-1

            """.ReplaceLineEndings("\n"),
            exported.Output);
    }

    private static string Cell(string name) => $$"""{"name":"{{name}}","state":"up","total":{"memory_in_mb":512,"disk_in_mb":4096} }""";
}
