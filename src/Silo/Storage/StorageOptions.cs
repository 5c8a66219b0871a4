namespace Granary.Silo.Storage;

/// <summary>Where state and logs are kept.</summary>
public sealed record StorageOptions
{
    /// <summary>
    /// The database: <c>sqlite:PATH</c> for a single silo, or PostgreSQL as <c>postgres://user:password@host:port/database</c> or as an
    /// Npgsql connection string (<c>Host=...;Database=...</c>). Required; anything else is refused at start.
    /// </summary>
    public required string Database { get; init; }

    /// <summary>PostgreSQL connections of this process. Default 16, range 1 to 1,000: on few cores more of them only wait for each other.</summary>
    public int PoolSize { get; init; } = 16;

    /// <summary>Statements that each PostgreSQL connection keeps prepared. Default 20, range 0 to 1,000: more than the distinct statements of the write path.</summary>
    public int PreparedStatements { get; init; } = 20;

    /// <summary>How long SQLite waits for another process that holds the file's lock. Default 5 s, range 0 s to 10 min; then the write fails.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one statement may take. Default 30 s, range 1 s to 1 h; then it fails as if the database were unavailable.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How old the total of a listing may be while listings are asked for. Default 1 s, range 50 ms to 1 min; a shorter age counts more often.</summary>
    public TimeSpan TotalAge { get; init; } = TimeSpan.FromSeconds(1);
}
