using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.RegularExpressions;

namespace Granary.Silo;

/// <summary>
/// What one silo process is told. Each setting can be given as a switch, as an environment variable (GRANARY_ and the name in upper
/// case, for example GRANARY_CELL), or in the JSON file that --config names; the switch wins, then the environment.
/// </summary>
public sealed partial class SiloOptions : IValidatableObject
{
    /// <summary>Switch to setting; docs/operations.md lists the same.</summary>
    public static readonly Dictionary<string, string> Switches = new()
    {
        ["--cell"] = nameof(Cell),
        ["--docker"] = nameof(Docker),
        ["--db"] = nameof(Db),
        ["--http"] = nameof(Http),
        ["--silo-port"] = nameof(SiloPort),
        ["--gateway-port"] = nameof(GatewayPort),
        ["--state"] = nameof(State),
        ["--stack"] = nameof(Stack),
        ["--memory"] = nameof(MemoryMb),
        ["--disk"] = nameof(DiskMb),
    };

    /// <summary>The cell that this silo serves. Default "cell-1".</summary>
    [Required]
    public string Cell { get; set; } = "cell-1";

    /// <summary>The engine of the cell. Default unix:///var/run/docker.sock.</summary>
    [Required]
    public string Docker { get; set; } = "unix:///var/run/docker.sock";

    /// <summary>The database: sqlite:PATH or postgres://user:password@host:port/database. Default: granary.db in the state folder.</summary>
    public string? Db { get; set; }

    /// <summary>Where the API listens. Default http://127.0.0.1:8080. Loopback only, until there is a token server.</summary>
    [Required]
    public string Http { get; set; } = "http://127.0.0.1:8080";

    /// <summary>The port of silo-to-silo traffic, on loopback. Default 11111.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>The port for Granary.Client, on loopback. Default 30000.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>The folder of everything this silo keeps on its host. Default /var/lib/granary. Not on an overlay file system.</summary>
    [Required]
    public string State { get; set; } = "/var/lib/granary";

    /// <summary>The image under every droplet. Default granary/stack:bookworm.</summary>
    [Required]
    public string Stack { get; set; } = "granary/stack:bookworm";

    /// <summary>Memory that tasks may reserve on the cell, in MB; 0 takes what the engine has. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int MemoryMb { get; set; }

    /// <summary>Disk that tasks may reserve on the cell, in MB; 0 takes what the engine has. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int DiskMb { get; set; }

    public string Database => Db ?? $"sqlite:{Path.Combine(State, "granary.db")}";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!CellName().IsMatch(Cell))
        {
            yield return new ValidationResult($"--cell is '{Cell}': a name has 1 to 63 letters, digits, '-' or '.', and begins with a letter or digit.");
        }

        if (!Uri.TryCreate(Http, UriKind.Absolute, out var http) || http.Scheme != Uri.UriSchemeHttp || http.PathAndQuery != "/" || http.UserInfo.Length > 0 || http.Port == 0)
        {
            yield return new ValidationResult($"--http is '{Http}': write it as http://127.0.0.1:8080.");
        }
        else if (!IsLoopback(http.Host))
        {
            yield return new ValidationResult($"--http is '{Http}': the API has no token server yet, so it listens on loopback only. Use http://127.0.0.1:{http.Port}, and a tunnel (ssh -L) to reach it from elsewhere.");
        }

        if (new[] { SiloPort, GatewayPort, http?.Port ?? 0 }.Distinct().Count() < 3)
        {
            yield return new ValidationResult($"--http, --silo-port and --gateway-port need a port each: they are {http?.Port}, {SiloPort} and {GatewayPort}.");
        }

        if (!Path.IsPathRooted(State))
        {
            yield return new ValidationResult($"--state is '{State}': write an absolute path.");
        }
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$")]
    private static partial Regex CellName();
}
