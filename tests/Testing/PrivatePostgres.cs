using Xunit;

namespace Granary.Testing;

/// <summary>The PostgreSQL server that the tests of a process share; each takes a database of its own. A class or collection fixture.</summary>
public class PrivatePostgres : IAsyncLifetime
{
    /// <summary>The name of the collection of tests that use it, for suites that want one.</summary>
    public const string Collection = "shared postgres";

    internal const string ScriptPath = "deploy/postgres/private-postgres";

    private static readonly Shared<Server> Servers = new(Server.Start);
    private static int databases;
    private Server? server;

    /// <summary>The folder that holds everything it has.</summary>
    public string Folder => (server ?? throw new InvalidOperationException("The fixture has not been initialised.")).Folder;

    /// <summary>Makes a fresh, empty database and returns its connection string for Npgsql.</summary>
    public Task<string> CreateDatabase() =>
        Script.Run(ScriptPath, "create-database", Folder, $"test_{Interlocked.Increment(ref databases)}");

    /// <summary>Stops the server for everybody in the process, as an outage would; <see cref="Up"/> ends it.</summary>
    public Task Down() => Script.Run(ScriptPath, "down", Folder);

    /// <summary>Starts the server again, on the same port.</summary>
    public Task Up() => Script.Run(ScriptPath, "up", Folder);

    /// <inheritdoc/>
    public virtual async Task InitializeAsync() => server = await Servers.Acquire();

    /// <inheritdoc/>
    public virtual Task DisposeAsync() => server is null ? Task.CompletedTask : Servers.Release();

    /// <summary>Is a folder that of a private server, running or not?</summary>
    internal static bool IsAt(string folder) => File.Exists(Path.Combine(folder, "server"));

    private sealed record Server(string Folder) : IAsyncDisposable
    {
        public static async Task<Server> Start()
        {
            var folder = await TestState.FolderFor("postgres");
            await Script.Run(ScriptPath, "up", folder);
            return new(folder);
        }

        public async ValueTask DisposeAsync() => await Script.Run(ScriptPath, "destroy", Folder);
    }
}
