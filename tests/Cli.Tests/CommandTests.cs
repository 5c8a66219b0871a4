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
            .On($"GET /v3/apps/{AppGuid}/tasks?states=PENDING,RUNNING,CANCELING&per_page=1", """{"pagination":{"total_results":2},"resources":[]}""");
        var transcript = new Transcript(server);

        await transcript.Run("app", "web");
        await transcript.Run("app", "web", "--output", "json");

        transcript.Check("app.txt");
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
