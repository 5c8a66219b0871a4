using static Granary.Cli.Tests.Answers;

namespace Granary.Cli.Tests;

/// <summary>Each command: what it asks, what it shows to people, what it gives to programs.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task Apps()
    {
        await using var server = await Server();
        server.On("GET /v3/apps?order_by=name&per_page=5000", """{"pagination":{"next":{"href":"http://elsewhere.example:1/v3/apps?page=2"}},"resources":[{"name":"api","state":"STARTED","lifecycle":{"type":"docker"},"created_at":"2026-11-24T10:00:00Z","guid":"g-1"}]}""")
            .On("GET /v3/apps?page=2", List(App));
        var transcript = new Transcript(server);

        await transcript.Run("apps");
        await transcript.Run("apps", "-o", "json");

        transcript.Check("apps.txt");
    }

    [Fact]
    public async Task App_shows_droplet_processes_and_tasks()
    {
        await using var server = await Server();
        server.On($"GET /v3/apps/{AppGuid}/droplets/current", """{"guid":"d-1","created_at":"2026-11-24T10:00:01Z","process_types":{"web":"bin/serve","task":"bin/migrate"}}""")
            .On($"GET /v3/apps/{AppGuid}/tasks?states=PENDING,RUNNING,CANCELING&per_page=1", """{"pagination":{"total_results":2},"resources":[]}""")
            .On(Processes, List(Process("web", 2), Process("task", 0)))
            .On("GET /v3/processes/p-web", Process("web", 1)).On("GET /v3/processes/p-web/stats", Stats(Instance(0, "STARTING", details: "it waits for a cell: cell-1 has 0 MB of 64 MB memory free"), Instance(1, "CRASHED", details: "crashed 3 times, last: exited with status 1; next run in 25 s")))
            .On("GET /v3/processes/p-task", Process("task", 1)).On("GET /v3/processes/p-task/stats", Stats());
        var transcript = new Transcript(server);

        await transcript.Run("app", "web");
        await transcript.Run("app", "web", "--output", "json");

        transcript.Check("app.txt");
    }

    [Fact]
    public async Task Start_restart_and_stop()
    {
        await using var server = await Server();
        server.On($"POST /v3/apps/{AppGuid}/actions/start", App).On($"POST /v3/apps/{AppGuid}/actions/stop", App).On($"POST /v3/apps/{AppGuid}/actions/restart", App)
            .On(Processes, List(Process("web", 1)))
            .On("GET /v3/processes/p-web", Process("web", 1)).On("GET /v3/processes/p-web/stats", Stats(Instance(0, "RUNNING", "null")));
        await using var broken = await Server();
        broken.On($"POST /v3/apps/{AppGuid}/actions/start", App)
            .On(Processes, List(Process("web", 1)))
            .On("GET /v3/processes/p-web", Process("web", 1)).On("GET /v3/processes/p-web/stats", Stats(Instance(0, "CRASHED", details: "crashed 3 times, last: exited with status 1; next run in 25 s")));
        await using var idle = await Server();
        idle.On($"POST /v3/apps/{AppGuid}/actions/start", App).On(Processes, List(Process("web", 0))).On("GET /v3/processes/p-web", Process("web", 1)).On("GET /v3/processes/p-web/stats", Stats());
        var (transcript, told, rested) = (new Transcript(server), new Transcript(broken), new Transcript(idle));

        await transcript.Run("start", "web");
        await transcript.Run("restart", "web", "--no-wait");
        await transcript.Run("start", "web", "-o", "json");
        await transcript.Run("stop", "web");
        await told.Run("start", "web");
        await rested.Run("start", "web");

        transcript.Check("start.txt");
        told.Check("start-crashed.txt");
        rested.Check("start-idle.txt");
    }

    [Fact]
    public async Task Scale_instance_and_restart_app_instance()
    {
        await using var server = await ScriptedServer.Start();
        var path = $"/v3/apps/{AppGuid}/processes/worker";
        server.On(FindApp, List(App.Replace("STOPPED", "STARTED", StringComparison.Ordinal)))
            .On($"GET {path}", Process("worker", 3)).On($"POST {path}/actions/scale", Process("worker", 3), 202).On($"POST /v3/apps/{AppGuid}/actions/restart", App)
            .On(Processes, List(Process("worker", 1))).On("GET /v3/processes/p-worker", Process("worker", 1)).On("GET /v3/processes/p-worker/stats", Stats(Instance(0, "RUNNING", "null")))
            .On($"DELETE {path}/instances/2", "", 204)
            .On($"GET /api/apps/{AppGuid}/processes/worker/instances/2", """{"guid":"i-2","type":"worker","index":2,"state":"FAILED","wanted":true,"why_waiting":null,"attempt":3,"cell":null,"last_end":"exited with status 1","crashes":3,"next_run_at":"2026-11-24T10:00:30Z","command":"work hard","memory_in_mb":64,"disk_in_mb":128,"story":[{"at":"2026-11-24T10:00:01.25Z","attempt":3,"cell":"cell-1","text":"FAILED: attempt 3 exited with status 1: crash 3; it runs again in 26 s"}],"story_omitted":0}""");
        var transcript = new Transcript(server);

        await transcript.Run("scale", "web", "--process", "worker");
        await transcript.Run("scale", "web", "--process", "worker", "-i", "3", "-m", "64M", "-k", "1G", "-l", "16K");
        await transcript.Run("scale", "web", "--process", "worker", "-m", "64M", "-f");
        await transcript.Run("scale", "web", "-i", "many");
        await transcript.Run("restart-app-instance", "web", "2", "--process", "worker");
        await transcript.Run("restart-app-instance", "web", "first");
        await transcript.Run("instance", "web", "2", "--process", "worker");

        transcript.Check("scale.txt");
    }

    [Fact]
    public async Task Tasks_and_one_task_with_its_story()
    {
        await using var server = await Server("FAILED");
        server.On($"GET /v3/apps/{AppGuid}/tasks?order_by=-created_at&per_page=5000", List(Task("FAILED")));
        const string story = ""","attempt":2,"cell":null,"exit_code":3,"why_waiting":null,"story":[{"at":"2026-11-24T10:00:00.5Z","attempt":0,"cell":null,"text":"submitted"},{"at":"2026-11-24T10:00:01.25Z","attempt":1,"cell":"cell-1","text":"placed on cell-1"}],"story_omitted":4""";
        await using var telling = await ScriptedServer.Start();
        telling.On(FindApp, List(App)).On(FindTask, List(Task("FAILED"))).On(Wait, Task("FAILED", story));
        var (transcript, told) = (new Transcript(server), new Transcript(telling));

        await transcript.Run("tasks", "web");
        await transcript.Run("tasks", "web", "-o", "json");
        await told.Run("task", "web", "3");
        await told.Run("task", "web", "3", "-o", "json");

        transcript.Check("tasks.txt");
        told.Check("task.txt");
    }

    [Fact]
    public async Task Run_task_sends_what_was_said_and_nothing_else()
    {
        await using var server = await Server("PENDING");
        server.On($"GET /v3/apps/{AppGuid}/processes?types=task&per_page=5000", List("""{"guid":"p-1","type":"task"}"""));
        server.On($"GET /v3/apps/{AppGuid}/processes?types=none&per_page=5000", List());
        var transcript = new Transcript(server);

        await transcript.Run("run-task", "web", "--command", "bin/migrate --all");
        await transcript.Run("run-task", "web", "-c", "true", "-m", "8M", "-k", "1G", "-l", "16K", "--name", "migrate", "--deadline", "2h", "--retries", "3", "--losses", "0", "--on-cell-loss", "fail", "--network", "none", "-o", "json");
        await transcript.Run("run-task", "web");
        await transcript.Run("run-task", "web", "--process", "none");

        transcript.Check("run-task.txt");
    }

    [Fact]
    public async Task Terminate_task()
    {
        await using var server = await Server("RUNNING");
        server.On($"POST /v3/tasks/{TaskGuid}/actions/cancel", Task("CANCELING"), 202);
        var transcript = new Transcript(server);

        await transcript.Run("terminate-task", "web", "3");
        await transcript.Run("terminate-task", "web", "3", "-o", "json");

        transcript.Check("terminate-task.txt");
    }

    [Fact]
    public async Task Env_set_env_and_unset_env()
    {
        await using var server = await Server();
        server.On($"GET /v3/apps/{AppGuid}/environment_variables", """{"var":{"MODE":"fast","TEXT":"two\nlines"}}""")
            .On($"PATCH /v3/apps/{AppGuid}/environment_variables", """{"var":{"MODE":"slow"}}""");
        var transcript = new Transcript(server);

        await transcript.Run("env", "web");
        await transcript.Run("env", "web", "-o", "json");
        await transcript.Run("set-env", "web", "MODE", "slow");
        await transcript.Run("set-env", "web", "MODE", "--", "-x");
        await transcript.Run("unset-env", "web", "MODE");

        transcript.Check("env.txt");
    }

    [Fact]
    public async Task Cells()
    {
        await using var server = await ScriptedServer.Start();
        server.On("GET /api/cells", """{"resources":[{"name":"cell-1","state":"up","engine":"unix:///var/run/docker.sock","attempts":2,"total":{"memory_in_mb":4096,"disk_in_mb":10240},"reserved":{"memory_in_mb":16,"disk_in_mb":128},"since":"2026-11-24T10:00:00Z"},{"name":"cell-2","state":"the lease of cell-2 lapsed","engine":"","server":"silo-2","lease_epoch":7,"serving_epoch":12,"attempts":0,"total":{"memory_in_mb":4096,"disk_in_mb":10240},"reserved":{"memory_in_mb":0,"disk_in_mb":0},"since":"2026-11-24T10:00:00Z","drain":{"state":"draining","since":"2026-11-24T09:00:00Z","deadline_at":"2026-11-24T10:30:00Z","why":"a new disk"}}]}""");
        var transcript = new Transcript(server);

        await transcript.Run("cells");
        await transcript.Run("cells", "-o", "json");

        transcript.Check("cells.txt");
    }

    [Fact]
    public async Task Curl()
    {
        await using var server = await ScriptedServer.Start();
        server.On("GET /healthz", "fine\n", type: "text/plain").On("PATCH /v3/x", "{}");
        var transcript = new Transcript(server);

        await transcript.Run("curl", "/healthz");
        await transcript.Run("curl", "/v3/x", "-X", "PATCH", "-d", "{\"a\":1}");
        await transcript.Run("curl", "/v3/unknown", "--fail");
        await transcript.Run("curl", "healthz");
        await transcript.Run("curl", "/x", "-H", "no colon");

        transcript.Check("curl.txt");
    }

    [Fact]
    public async Task An_empty_list_is_told_to_people_and_is_an_empty_array_for_programs()
    {
        await using var server = await Server();
        server.On("GET /v3/apps?order_by=name&per_page=5000", List()).On($"GET /v3/apps/{AppGuid}/tasks?order_by=-created_at&per_page=5000", List()).On("GET /api/cells", """{"resources":[]}""");
        var transcript = new Transcript(server);

        await transcript.Run("apps");
        await transcript.Run("apps", "-o", "json");
        await transcript.Run("tasks", "web");
        await transcript.Run("cells");

        transcript.Check("empty.txt");
    }
}
