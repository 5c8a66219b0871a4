using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Granary.Testing;

/// <summary>One silo of a local cluster, as its status has it.</summary>
/// <param name="Pid">Null when it does not run.</param>
/// <param name="EnginePid">Null when the engine does not run.</param>
/// <param name="WardenPid">Of its cell; null when there is none.</param>
/// <param name="Network">The network namespace of its host; null without networks.</param>
public sealed record LocalSilo(string Name, int? Pid, string Cell, IPAddress Address, Uri Http, int GatewayPort, string Engine, int? EnginePid, int? WardenPid, string State, string Log, string? Network);

/// <summary>A whole cluster of processes on this machine: PostgreSQL, engines and silos. Each of them may be killed.</summary>
public sealed class LocalCluster : IAsyncDisposable
{
    internal const string ScriptPath = "deploy/local-cluster";

    private LocalCluster(string folder) => Folder = folder;

    private string DatabaseFolder => Path.Combine(Folder, "postgres");

    /// <summary>The folder that holds everything it has.</summary>
    public string Folder { get; }

    /// <summary>Starts a cluster whose name is short and unique in this test process. Its engines have the image for tests, and the one for droplets when asked for.</summary>
    /// <param name="program">The silo to run.</param>
    public static async Task<LocalCluster> Up(string name, string program, int silos, bool sharedEngine = false, bool stack = false, bool networks = false, bool liveRestore = false, params IEnumerable<string> options)
    {
        var cluster = new LocalCluster(await TestState.FolderFor(name));
        await cluster.Run("up", ["--silos", silos.ToString(CultureInfo.InvariantCulture), "--program", program, .. sharedEngine ? ["--shared-engine"] : Array.Empty<string>(), .. networks ? ["--networks"] : Array.Empty<string>(), .. liveRestore ? ["--live-restore"] : Array.Empty<string>(), .. stack ? [] : new[] { "--no-images" }, "--", .. options]);
        foreach (var engine in (await cluster.Silos()).Select(each => each.Engine).Distinct())
        {
            await Script.Run("deploy/stack-image/build-busybox", engine);
        }

        return cluster;
    }

    /// <summary>The silos, by name.</summary>
    public async Task<IReadOnlyList<LocalSilo>> Silos()
    {
        using var status = JsonDocument.Parse(await Run("status", ["-o", "json"]));
        return [.. status.RootElement.GetProperty("silos").EnumerateArray().Select(Read)];
    }

    /// <summary>The silo of this name.</summary>
    public async Task<LocalSilo> Silo(string name) => (await Silos()).Single(each => each.Name == name);

    /// <summary>The process of the database; null when it does not run.</summary>
    public async Task<int?> DatabasePid()
    {
        using var status = JsonDocument.Parse(await Run("status", ["-o", "json"]));
        return Number(status.RootElement.GetProperty("database").GetProperty("pid"));
    }

    /// <summary>How this machine reaches the database, for Npgsql; empty when it does not run.</summary>
    public async Task<string> DatabaseAddress()
    {
        using var status = JsonDocument.Parse(await Run("status", ["-o", "json"]));
        return status.RootElement.GetProperty("database").GetProperty("address").GetString()!;
    }

    /// <summary>Stops the database for all silos, as an outage would; <see cref="Up()"/> or <see cref="DatabaseUp"/> ends it.</summary>
    public Task DatabaseDown() => Script.Run(PrivatePostgres.ScriptPath, "down", DatabaseFolder);

    /// <summary>Starts the database again, at the same address.</summary>
    public Task DatabaseUp() => Script.Run(PrivatePostgres.ScriptPath, "up", DatabaseFolder);

    /// <summary>SIGKILL to one silo.</summary>
    public Task Kill(string silo) => Run("kill", [silo]);

    /// <summary>SIGKILL to all that a host would take with it.</summary>
    public Task KillHost(string cell) => Run("kill-host", [cell]);

    /// <summary>SIGKILL to the engine of a cell; its containers live on.</summary>
    public Task KillEngine(string cell) => Run("kill-engine", [cell]);

    /// <summary>Starts the engine of a cell, unless it runs.</summary>
    public Task StartEngine(string cell) => Run("start-engine", [cell]);

    /// <summary>Drops all packets between a cell's host and these peers, cells or "database"; without a peer, between it and everybody. Of a cluster with networks.</summary>
    public Task Cut(string cell, params IEnumerable<string> peers) => Run("cut", [cell, .. peers]);

    /// <summary>Lets all packets pass again.</summary>
    public Task Heal() => Run("heal", []);

    /// <summary>Starts what does not run.</summary>
    public Task Up() => Run("up", []);

    /// <summary>More silos join, each on a cell that the cluster has never had, until there are so many.</summary>
    public async Task Grow(int silos)
    {
        for (var number = (await Silos()).Count + 1; number <= silos; number++)
        {
            // With its image before it can be given a task.
            var engine = Path.Combine(Folder, $"engine-{number}");
            await Script.Run("deploy/engine/private-engine", "up", engine);
            await Script.Run("deploy/stack-image/build-busybox", $"unix://{engine}/docker.sock");
        }

        await Run("up", ["--silos", silos.ToString(CultureInfo.InvariantCulture)]);
    }

    /// <summary>Starts a silo again, and its engine.</summary>
    public Task Restart(string silo) => Run("restart", [silo]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Run("destroy", []);

    /// <summary>Is a folder that of a cluster, running or not?</summary>
    internal static bool IsAt(string folder) => File.Exists(Path.Combine(folder, "shape"));

    /// <summary>Ends and deletes what a dead test process left.</summary>
    internal static Task Destroy(string folder) => Script.Run(ScriptPath, "destroy", "--dir", folder);

    private static LocalSilo Read(JsonElement silo) => new(
        silo.GetProperty("name").GetString()!,
        Number(silo.GetProperty("pid")),
        silo.GetProperty("cell").GetString()!,
        IPAddress.Parse(silo.GetProperty("address").GetString()!),
        new Uri(silo.GetProperty("http").GetString()!),
        silo.GetProperty("gateway_port").GetInt32(),
        silo.GetProperty("engine").GetString()!,
        Number(silo.GetProperty("engine_pid")),
        Number(silo.GetProperty("warden_pid")),
        silo.GetProperty("state").GetString()!,
        silo.GetProperty("log").GetString()!,
        silo.GetProperty("network").GetString());

    private static int? Number(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetInt32();

    private Task<string> Run(string command, IEnumerable<string> arguments) => Script.Run(ScriptPath, [command, "--dir", Folder, .. arguments]);
}
