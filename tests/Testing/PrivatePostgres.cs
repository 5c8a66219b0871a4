namespace Granary.Testing;

/// <summary>The PostgreSQL server of a test process: started when first asked for, ended with the process.</summary>
public static class PrivatePostgres
{
    private const string ScriptPath = "deploy/postgres/private-postgres";

    private static readonly Lazy<Task<string>> Started = new(Start);
    private static int databases;

    /// <summary>The folder that holds everything it has.</summary>
    public static Task<string> Folder => Started.Value;

    /// <summary>Makes a fresh, empty database and returns its connection string for Npgsql.</summary>
    public static async Task<string> CreateDatabase() =>
        await Script.Run(ScriptPath, "create-database", await Folder, $"test_{Interlocked.Increment(ref databases)}");

    /// <summary>Stops the server for everybody in the process, as an outage would; <see cref="Up"/> ends it.</summary>
    public static async Task Down() => await Script.Run(ScriptPath, "down", await Folder);

    /// <summary>Starts the server again, on the same port.</summary>
    public static async Task Up() => await Script.Run(ScriptPath, "up", await Folder);

    private static async Task<string> Start()
    {
        var folder = await TestState.FolderFor("postgres");
        await Script.Run(ScriptPath, "up", folder);
        return folder;
    }
}
