using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Granary.Core.Apps;
using Granary.Testing;

namespace Granary.Bench.ApiRequests;

/// <summary>Submits, reads and lists of tasks by HTTP, at a silo that checks tokens and roles and at one that asks nobody, in turn. Both are processes of their own on PostgreSQL.</summary>
internal static class ApiRequestsMeasure
{
    private const int InFlight = 8;

    /// <summary>Requests in one round.</summary>
    private const int Requests = 400;

    private const string User = "developer", Password = "a password for an hour";

    /// <summary>A warden would outlive its silo, and start it again when all is over.</summary>
    private static readonly object Lease = new { EnforcedBy = "Silo" };

    public static async Task<Outcome> Run(int rounds)
    {
        var server = new PrivatePostgres();
        try
        {
            await server.InitializeAsync();
            await using var asking = await SiloUnderTest.Up("unix:///nonexistent/docker.sock", ["--db", await server.CreateDatabase(), "--access", "tokens", "--config", await Tokens()]);
            await using var open = await SiloUnderTest.Up("unix:///nonexistent/docker.sock", "--db", await server.CreateDatabase(), "--config", await Config("open", new { Lease }));
            using var known = await Known(asking);
            using var anybody = new ApiClient(open);
            return await Measure(await Pairs(asking, known), await Pairs(open, anybody), rounds);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static async Task<Outcome> Measure(IReadOnlyList<(string Name, Func<Task> Request)> with, IReadOnlyList<(string Name, Func<Task> Request)> without, int rounds)
    {
        var latencies = with.ToDictionary(each => each.Name, _ => new Latencies(Requests));
        var pairs = with.Zip(without, (left, right) => new Pair(left.Name, InFlight, Requests, () => latencies[left.Name].Time(left.Request), right.Request, () => Task.CompletedTask));
        var figures = await Rounds.Run(pairs, rounds);
        var facts = new Dictionary<string, string>
        {
            ["item"] = string.Create(CultureInfo.InvariantCulture, $"one request with a developer's token, {InFlight} at a time; for the floor without, at a silo that asks for none"),
        };
        foreach (var (name, taken) in latencies)
        {
            facts[name] = taken.ToString();
        }

        return new Outcome(figures, facts);
    }

    /// <summary>Nothing runs, so it needs no engine: tasks are accepted, and wait.</summary>
    private static async Task<IReadOnlyList<(string Name, Func<Task> Request)>> Pairs(SiloUnderTest silo, ApiClient client)
    {
        var app = (await silo.Client.PushImage("requests", "registry.example/requests:1")).Id;
        var tasks = await Task.WhenAll(Enumerable.Range(0, InFlight).Select(async _ => (await Submit(client, app)).GetProperty("guid").GetString()));
        var turn = 0;
        return
        [
            ("submit", () => Submit(client, app)),
            ("get", () => client.Get($"/v3/tasks/{tasks[Interlocked.Increment(ref turn) % InFlight]}")),
            ("list", () => client.Get($"/v3/apps/{app}/tasks?per_page=50")),
        ];
    }

    private static Task<JsonElement> Submit(ApiClient client, AppId app) => client.Post($"/v3/apps/{app}/tasks", new { command = "true", memory_in_mb = 16, disk_in_mb = 16 });

    private static async Task<ApiClient> Known(SiloUnderTest silo)
    {
        using var admin = new ApiClient(silo);
        await admin.LogIn("admin", Password);
        await admin.AddDeveloper(User, Password);
        var client = new ApiClient(silo);
        await client.LogIn(User, Password);
        return client;
    }

    private static async Task<string> Tokens()
    {
        var folder = Directory.CreateDirectory(await TestState.FolderFor("requests")).FullName;
        var (secret, password) = (Path.Combine(folder, "token.key"), Path.Combine(folder, "password"));
        await File.WriteAllBytesAsync(secret, RandomNumberGenerator.GetBytes(32));
        await File.WriteAllTextAsync(password, Password);
        return await Config("asking", new { Lease, Tokens = new { KeyFile = secret, AdminPasswordFile = password, AccessLifetime = TimeSpan.FromHours(1) } });
    }

    private static async Task<string> Config(string name, object settings)
    {
        var path = await TestState.FolderFor($"{name}.json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(settings));
        return path;
    }
}
