using System.CommandLine;
using System.Runtime.InteropServices;

namespace Granary.Cli.Commands;

/// <summary>
/// Starts a silo, as such, as a service or to bring its database up to date. The command becomes the silo (exec): one process, so that signals and its end are the silo's own and nothing stays
/// behind. The silo checks its settings itself, all at once, and says when it is ready.
/// </summary>
internal static partial class UpCommand
{
    private const string SiloVariable = "GRANARY_SILO";
    private const string SiloName = "Granary.Silo";

    private static readonly (string Name, string Value, string Description)[] Settings =
    [
        ("--cell", "NAME", "The cell that the silo serves, or is a candidate for. Default cell-1."),
        ("--name", "NAME", "The silo's own name. Default: the cell's and the silo port, as in cell-1-11111."),
        ("--docker", "URI", "The engine of the cell. Default unix:///var/run/docker.sock."),
        ("--db", "DATABASE", "sqlite:PATH or postgres://user:password@host:port/database. Default granary.db in the state folder."),
        ("--http", "URL", "Where the API listens; on loopback, unless --access is tokens. Default http://127.0.0.1:8080."),
        ("--access", "open|tokens", "Who may use the API: whoever reaches this host's loopback, or users and clients with a token. Default open."),
        ("--advertise", "ADDRESS", "Where other silos reach this one, on a network that you trust. Default 127.0.0.1."),
        ("--silo-port", "PORT", "Traffic between silos. Default 11111."),
        ("--gateway-port", "PORT", "For Granary.Client. Default 30000."),
        ("--state", "FOLDER", "Everything the silo keeps on its host. Default /var/lib/granary."),
        ("--blobs", "PLACE", "Where uploads and droplets are: 'database', or a folder that all silos see. Default: PostgreSQL, if there is one, else the state folder."),
        ("--stack", "IMAGE", "The image under every droplet. Default granary/stack:bookworm."),
        ("--segment", "NAME", "The isolation segment whose tasks and instances the cell takes, and no others. Default shared."),
        ("--memory", "MB", "Memory that tasks and instances may reserve, in MB; 0 is all of the engine's. Default 0."),
        ("--disk", "MB", "Disk that tasks and instances may reserve, in MB; 0 is all of the engine's. Default 0."),
        ("--config", "FILE", "A JSON file with these settings; switches and GRANARY_* variables win over it."),
    ];

    public static Command Create() => Create("up", "Starts a silo and stays in the foreground; Ctrl-C stops it.");

    public static Command CreateHost() => Create("host", "Runs the cell of this host as a service: in a cluster its warden, which keeps a silo up. SIGTERM ends both.", "host");

    public static Command CreateMigrate() => Create("migrate", "Brings the database to the schema of this version and ends; --db names it.", "migrate");

    /// <param name="words">What the silo's program is told before the switches.</param>
    private static Command Create(string name, string description, params string[] words)
    {
        var command = new Command(name, description);
        var options = Settings.Select(setting => new Option<string>(setting.Name) { Description = setting.Description, HelpName = setting.Value }).ToArray();
        foreach (var option in options)
        {
            command.Add(option);
        }

        command.SetAction((Func<ParseResult, int>)(parsed => Become(FindSilo(), [.. words, .. options.SelectMany(option => parsed.GetValue(option) is { } value ? new[] { option.Name, value } : [])])));
        return command;
    }

    /// <summary>The silo named in the environment, the one beside this program, or the one that the same build made.</summary>
    private static string FindSilo()
    {
        if (Environment.GetEnvironmentVariable(SiloVariable) is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw new FailureException($"{SiloVariable} names {named}, and there is no such file.");
        }

        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string[] places =
        [
            Path.Combine(own.FullName, SiloName),
            Path.Combine(own.Parent?.Parent?.FullName ?? "/", "Silo", own.Name, SiloName),
        ];
        return places.FirstOrDefault(File.Exists)
            ?? throw new FailureException($"There is no {SiloName} at {string.Join(" or ", places)}: start Granary with the script 'granary' of a clone, which builds it, or name it in {SiloVariable}.");
    }

    private static int Become(string program, string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new FailureException("Silos run on Linux, beside their Docker engine. All other commands work here: name a server with --api or GRANARY_API.");
        }

        // Returns only if it failed.
        _ = execv(program, [program, .. arguments, null]);
        throw new FailureException($"{program} cannot be started: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int execv(string program, string?[] arguments);
}
