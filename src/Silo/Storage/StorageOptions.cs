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

    /// <summary>Throws <see cref="ArgumentException"/> that tells all values out of range at once.</summary>
    internal void Validate()
    {
        var faults = new List<string>();
        Require(PoolSize is >= 1 and <= 1000, $"{nameof(PoolSize)} is {PoolSize}; it must be from 1 to 1,000.");
        Require(PreparedStatements is >= 0 and <= 1000, $"{nameof(PreparedStatements)} is {PreparedStatements}; it must be from 0 to 1,000.");
        Require(BusyTimeout >= TimeSpan.Zero && BusyTimeout <= TimeSpan.FromMinutes(10), $"{nameof(BusyTimeout)} is {BusyTimeout}; it must be from 0 s to 10 min.");
        Require(CommandTimeout >= TimeSpan.FromSeconds(1) && CommandTimeout <= TimeSpan.FromHours(1), $"{nameof(CommandTimeout)} is {CommandTimeout}; it must be from 1 s to 1 h.");
        Require(TotalAge >= TimeSpan.FromMilliseconds(50) && TotalAge <= TimeSpan.FromMinutes(1), $"{nameof(TotalAge)} is {TotalAge}; it must be from 50 ms to 1 min.");
        if (faults.Count > 0)
        {
            throw new ArgumentException($"The storage options are not usable. {string.Join(' ', faults)}");
        }

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }
}
