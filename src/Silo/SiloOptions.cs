using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Granary.Core.Cells;
using Granary.Silo.Storage;

namespace Granary.Silo;

/// <summary>Who may use the API.</summary>
public enum ApiAccess
{
    /// <summary>Whoever reaches this host's loopback, and everything.</summary>
    Open,

    /// <summary>Whoever has a token, in the roles that they have.</summary>
    Tokens,
}

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
        ["--name"] = nameof(Name),
        ["--docker"] = nameof(Docker),
        ["--db"] = nameof(Db),
        ["--http"] = nameof(Http),
        ["--access"] = nameof(Access),
        ["--advertise"] = nameof(Advertise),
        ["--silo-port"] = nameof(SiloPort),
        ["--gateway-port"] = nameof(GatewayPort),
        ["--state"] = nameof(State),
        ["--blobs"] = nameof(Blobs),
        ["--stack"] = nameof(Stack),
        ["--segment"] = nameof(Segment),
        ["--memory"] = nameof(MemoryMb),
        ["--disk"] = nameof(DiskMb),
    };

    /// <summary>The cell that this silo serves, or is a candidate for. Default "cell-1". 1 to 63 letters, digits, '-' or '.'; the first is a letter or a digit.</summary>
    [Required]
    public string Cell { get; set; } = "cell-1";

    /// <summary>The silo's own name, one in the cluster. Default: the cell's name and the port of silo-to-silo traffic, as in cell-1-11111. Of the same letters as Cell.</summary>
    public string? Name { get; set; }

    /// <summary>The engine of the cell, unix:///PATH, or on SQLite also tcp://HOST:PORT. Default unix:///var/run/docker.sock.</summary>
    [Required]
    public string Docker { get; set; } = "unix:///var/run/docker.sock";

    /// <summary>The database: sqlite:PATH or postgres://user:password@host:port/database. Default: granary.db in the state folder.</summary>
    public string? Db { get; set; }

    /// <summary>Where the API listens. Default http://127.0.0.1:8080. Loopback only, unless Access is Tokens; with https the section Tls names the certificate.</summary>
    [Required]
    public string Http { get; set; } = "http://127.0.0.1:8080";

    /// <summary>Who may use the API: Open (whoever reaches this host's loopback) or Tokens (users with a password, and clients with a secret, in their roles). Default Open.</summary>
    public ApiAccess Access { get; set; }

    /// <summary>The IP address at which other silos and Granary.Client reach this one. Default 127.0.0.1. That traffic is neither encrypted nor authenticated: give an address of a network that you trust.</summary>
    [Required]
    public string Advertise { get; set; } = "127.0.0.1";

    /// <summary>The port of silo-to-silo traffic. Default 11111; range 1 to 65,535.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>The port for Granary.Client. Default 30000; range 1 to 65,535.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>The folder of everything this silo keeps on its host. Default /var/lib/granary. Not on an overlay file system.</summary>
    [Required]
    public string State { get; set; } = "/var/lib/granary";

    /// <summary>Where uploads and droplets are kept: "database", or a folder that every silo of the cluster sees. Default: with PostgreSQL the database, with SQLite the folder blobs in the state folder.</summary>
    public string? Blobs { get; set; }

    /// <summary>The image under every droplet. Default granary/stack:bookworm.</summary>
    [Required]
    public string Stack { get; set; } = "granary/stack:bookworm";

    /// <summary>The isolation segment of the cell: it takes what belongs there, and nothing else. Default "shared", to which belongs what nobody gave another. 1 to 255 characters; told apart without regard to case.</summary>
    [Required]
    [StringLength(Core.Limits.NameLength)]
    public string Segment { get; set; } = CellSegment.Shared;

    /// <summary>Memory that tasks and instances may reserve on the cell, in MB; 0 takes what the engine has. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int MemoryMb { get; set; }

    /// <summary>Disk that tasks and instances may reserve on the cell, in MB; 0 takes what the engine has. Default 0.</summary>
    [Range(0, int.MaxValue)]
    public int DiskMb { get; set; }

    public string Database => Db ?? $"sqlite:{Path.Combine(State, "granary.db")}";

    /// <summary>What the cell keeps on its host.</summary>
    internal string CellFolder => Path.GetFullPath(Path.Combine(State, Cell));

    internal const string BlobsInDatabase = "database";

    /// <summary>Several silos may share a PostgreSQL; one on SQLite is alone.</summary>
    internal bool IsCluster => DatabaseAddress.Parse(Database) is DatabaseAddress.Postgres;

    internal string SiloName => Name ?? string.Create(CultureInfo.InvariantCulture, $"{Cell}-{SiloPort}");

    internal string BlobPlace => Blobs ?? (IsCluster ? BlobsInDatabase : Path.Combine(State, "blobs"));

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!CellName().IsMatch(Cell))
        {
            yield return new ValidationResult($"--cell is '{Cell}': a name has 1 to 63 letters, digits, '-' or '.', and begins with a letter or digit.");
        }

        if (!Uri.TryCreate(Http, UriKind.Absolute, out var http) || (http.Scheme != Uri.UriSchemeHttp && http.Scheme != Uri.UriSchemeHttps) || http.PathAndQuery != "/" || http.UserInfo.Length > 0 || http.Port == 0)
        {
            yield return new ValidationResult($"--http is '{Http}': write it as http://127.0.0.1:8080.");
        }
        else if (Access == ApiAccess.Open && !IsLoopback(http.Host))
        {
            yield return new ValidationResult($"--http is '{Http}': an API that asks for no tokens listens on loopback only. Use --access tokens; or http://127.0.0.1:{http.Port}, and a tunnel (ssh -L) to reach it from elsewhere.");
        }

        if (new[] { SiloPort, GatewayPort, http?.Port ?? 0 }.Distinct().Count() < 3)
        {
            yield return new ValidationResult($"--http, --silo-port and --gateway-port need a port each: they are {http?.Port}, {SiloPort} and {GatewayPort}.");
        }

        if (!IPAddress.TryParse(Advertise, out var address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            yield return new ValidationResult($"--advertise is '{Advertise}': write the IP address of this host at which other silos reach it.");
        }

        if (Name is not null && !CellName().IsMatch(Name))
        {
            yield return new ValidationResult($"--name is '{Name}': a name has 1 to 63 letters, digits, '-' or '.', and begins with a letter or digit.");
        }

        if (Blobs == BlobsInDatabase && !IsCluster)
        {
            yield return new ValidationResult("--blobs is 'database', which takes a PostgreSQL: give an absolute path, or --db postgres://user:password@host:port/database.");
        }

        if (Blobs is not null && Blobs != BlobsInDatabase && !Path.IsPathRooted(Blobs))
        {
            yield return new ValidationResult($"--blobs is '{Blobs}': write '{BlobsInDatabase}', or the absolute path of a folder.");
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
