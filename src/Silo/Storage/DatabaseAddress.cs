using Npgsql;

namespace Granary.Silo.Storage;

/// <summary>What <see cref="StorageOptions.Database"/> says: a file of SQLite, or a connection string of PostgreSQL.</summary>
internal abstract record DatabaseAddress
{
    private const string Forms = "Write sqlite:PATH, postgres://user:password@host:port/database, or an Npgsql connection string such as Host=db;Database=granary;Username=granary.";

    private const string SqlitePrefix = "sqlite:";

    private static readonly string[] PostgresPrefixes = ["postgres://", "postgresql://"];

    private DatabaseAddress()
    {
    }

    public static DatabaseAddress Parse(string database)
    {
        if (string.IsNullOrWhiteSpace(database))
        {
            throw new ArgumentException($"No database is configured. {Forms}");
        }

        if (database.StartsWith(SqlitePrefix, StringComparison.OrdinalIgnoreCase))
        {
            return ParseSqlite(database[SqlitePrefix.Length..]);
        }

        return PostgresPrefixes.Any(prefix => database.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            ? ParseUri(database)
            : ParseConnectionString(database.StartsWith("postgres:", StringComparison.OrdinalIgnoreCase) ? database["postgres:".Length..] : database);
    }

    private static Sqlite ParseSqlite(string path)
    {
        // A database in memory would be another one for each connection.
        if (string.IsNullOrWhiteSpace(path) || path.Contains(":memory:", StringComparison.Ordinal))
        {
            throw new ArgumentException("The SQLite database needs a file: write sqlite:PATH, for example sqlite:/var/lib/granary/granary.db.");
        }

        return new Sqlite(Path.GetFullPath(path));
    }

    private static Postgres ParseUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.AbsolutePath.Trim('/').Length == 0)
        {
            throw new ArgumentException($"The address of the PostgreSQL database lacks a host or a database name. {Forms}");
        }

        var credentials = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : NpgsqlConnection.DefaultPort,
            Database = Uri.UnescapeDataString(uri.AbsolutePath.Trim('/')),
            Username = credentials[0].Length > 0 ? Uri.UnescapeDataString(credentials[0]) : null,
            Password = credentials.Length > 1 ? Uri.UnescapeDataString(credentials[1]) : null,
        };
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            Set(builder, Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        }

        return new Postgres(builder.ConnectionString);
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string key, string value)
    {
        try
        {
            builder[key] = value;
        }
        catch (Exception fault) when (fault is ArgumentException or KeyNotFoundException or FormatException or InvalidCastException)
        {
            throw new ArgumentException($"The database address has a parameter that Npgsql does not accept: {key}. {Forms}", fault);
        }
    }

    private static Postgres ParseConnectionString(string text)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(text);
            return string.IsNullOrEmpty(builder.Host)
                ? throw new ArgumentException($"The database setting names no host. {Forms}")
                : new Postgres(builder.ConnectionString);
        }
        catch (Exception fault) when (fault is ArgumentException or KeyNotFoundException or FormatException or InvalidCastException)
        {
            // The text is not repeated, because it may hold a password.
            throw new ArgumentException($"The database setting is neither an address nor a connection string: {fault.Message.Split(" (Parameter")[0].TrimEnd('.')}. {Forms}", fault);
        }
    }

    public sealed record Sqlite(string Path) : DatabaseAddress;

    public sealed record Postgres(string ConnectionString) : DatabaseAddress;
}
