namespace Granary.Cli.Tests;

/// <summary>What a server says in these tests.</summary>
internal static class Answers
{
    public const string AppGuid = "11111111-0000-4000-8000-000000000001";
    public const string TaskGuid = "22222222-0000-4000-8000-000000000001";
    public const string App = """{"guid":"11111111-0000-4000-8000-000000000001","created_at":"2026-11-24T10:00:00Z","updated_at":"2026-11-24T10:00:00Z","name":"web","state":"STOPPED","lifecycle":{"type":"buildpack","data":{}}}""";

    public const string FindApp = "GET /v3/apps?names=web&per_page=5000";
    public const string FindTask = $"GET /v3/apps/{AppGuid}/tasks?sequence_ids=3";
    public const string Submit = $"POST /v3/apps/{AppGuid}/tasks";
    public const string Wait = $"GET /api/tasks/{TaskGuid}";
    public const string Processes = $"GET /v3/apps/{AppGuid}/processes?per_page=5000";
    public const string Logs = $"GET /api/apps/{AppGuid}/logs";

    /// <summary>A server that knows the app "web", and its task 3 if a state is given.</summary>
    public static async Task<ScriptedServer> Server(string? taskState = null)
    {
        var server = await ScriptedServer.Start();
        server.On(FindApp, List(App)).On("GET /v3/apps?names=nobody&per_page=5000", List());
        return taskState is null
            ? server
            : server.On(FindTask, List(Task(taskState))).On(Submit, Task("PENDING"), 202).On(Wait, Task(taskState)).On($"GET /v3/tasks/{TaskGuid}", Task(taskState));
    }

    public static string List(params string[] resources) =>
        $$"""{"pagination":{"total_results":{{resources.Length}},"total_pages":1,"next":null},"resources":[{{string.Join(',', resources)}}]}""";

    public static string Process(string type, int instances) => $$"""{"guid":"p-{{type}}","type":"{{type}}","command":"bin/{{type}}","instances":{{instances}},"memory_in_mb":64,"disk_in_mb":128}""";

    public static string Stats(params string[] instances) => $$"""{"resources":[{{string.Join(',', instances)}}]}""";

    /// <param name="uptime">null: what is shown as "since" must not depend on the clock.</param>
    public static string Instance(int index, string state, string uptime = "0", string? details = null) =>
        $$"""{"type":"web","index":{{index}},"state":"{{state}}","uptime":{{uptime}},"host":"cell-1","mem_quota":67108864,"disk_quota":134217728,"usage":{{(state == "RUNNING" ? """{"cpu":0.6251,"mem":5662310,"disk":0}""" : "{}")}},"granary":{"why":{{(details is null ? "null" : $"\"{details}\"")}} } }""";

    public static string Task(string state, string more = "", string name = "migrate") =>
        $$"""{"guid":"{{TaskGuid}}","sequence_id":3,"name":"{{name}}","command":"bin/migrate --all","state":"{{state}}","memory_in_mb":8,"disk_in_mb":64,"result":{"failure_reason":{{(state == "FAILED" ? "\"APP/TASK/migrate: Exited with status 3\"" : "null")}}},"created_at":"2026-11-24T10:00:00Z","updated_at":"2026-11-24T10:00:05Z"{{more}}}""";
}
