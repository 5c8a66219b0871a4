using System.ComponentModel.DataAnnotations;
using Granary.Core.Accounts;

namespace Granary.Api.Tokens;

/// <summary>The token server; section <c>Tokens</c>. All silos of a cluster must have the same. A value out of its range is refused at start.</summary>
public sealed class TokenOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Tokens";

    /// <summary>The file with the secret by which the keys of tokens are sealed in the database, 32 bytes at least: the same on every silo of a cluster, which cannot do without. Default on SQLite: token.key in the state folder, made at the first start.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The file with the password of the user admin, which is made so, or changed to it, at each start. Default: none; then the first start makes a password and shows it once.</summary>
    public string? AdminPasswordFile { get; set; }

    /// <summary>Who says that it issued the tokens, an address of http or https. Default https://uaa.granary.internal/oauth/token; it need not be reachable.</summary>
    [Required]
    [Url]
    public string Issuer { get; set; } = "https://uaa.granary.internal/oauth/token";

    /// <summary>How long an access token is taken. Default 10 min, range 2 min to 1 day; cf asks for a new one a minute before.</summary>
    [Range(typeof(TimeSpan), "00:02:00", "1.00:00:00")]
    public TimeSpan AccessLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a login lasts after its last refresh. Default 30 days, range 1 h to 365 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan RefreshLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long after a refresh the token before is taken as well, for clients that refresh at once. Default 1 min, range 0 s to 10 min; later it is held for stolen, and the login ends.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan RefreshLeeway { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Wrong passwords in a row that lock an account. Default 5, range 1 to 100.</summary>
    [Range(1, 100)]
    public int TriesMax { get; set; } = 5;

    /// <summary>How long an account is locked. Default 5 min, range 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LockedFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Characters that a new password has at least. Default 6, range 1 to 128.</summary>
    [Range(1, 128)]
    public int PasswordLengthMin { get; set; } = 6;

    /// <summary>Rounds of PBKDF2-HMAC-SHA512 for a new password. Default 210,000, range 10,000 to 10,000,000; a hash that is there keeps its own.</summary>
    [Range(10_000, 10_000_000)]
    public int HashRounds { get; set; } = 210_000;

    /// <summary>Passwords hashed at once; each takes a core. Default 1, range 1 to 64.</summary>
    [Range(1, 64)]
    public int HashesAtOnce { get; set; } = 1;

    /// <summary>Passwords that wait to be hashed. Default 32, range 0 to 10,000; more are answered with 429.</summary>
    [Range(0, 10_000)]
    public int HashesWaitingMax { get; set; } = 32;

    /// <summary>The age at which a key gets a successor. Default 90 days, range 1 h to 3650 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan KeyLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How often the keys are read from the database; a new one signs after twice as long. Default 1 min, range 1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan KeysReadEvery { get; set; } = TimeSpan.FromMinutes(1);

    internal LockoutPolicy Lockout => new(TriesMax, LockedFor);

    internal SessionPolicy Session => new(RefreshLeeway, RefreshLifetime);

    internal KeyPolicy Keys => new(KeyLifetime, 2 * KeysReadEvery, RefreshLifetime);
}
