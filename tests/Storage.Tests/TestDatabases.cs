using Granary.Silo.Storage;
using Granary.Testing;

namespace Granary.Storage.Tests;

/// <summary>Where a suite gets its fresh databases from. Every suite runs on both kinds.</summary>
public abstract class TestDatabases : IAsyncLifetime
{
    /// <summary>The setting that names a fresh, empty database.</summary>
    public abstract Task<string> Create();

    /// <summary>Opens a fresh database and brings it to this version's schema.</summary>
    internal async Task<Database> CreateMigrated()
    {
        var database = Database.Open(new StorageOptions { Database = await Create() });
        await new Silo.Storage.Migrations.Migrator(database, Silo.Storage.Migrations.Migration.For(database), TimeProvider.System).Run(CancellationToken.None);
        return database;
    }

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();
}

public sealed class SqliteDatabases : TestDatabases
{
    private static int folders;
    private string folder = "";
    private int files;

    public override Task<string> Create() => Task.FromResult($"sqlite:{Path.Combine(folder, $"{Interlocked.Increment(ref files)}.db")}");

    public override async Task InitializeAsync()
    {
        folder = await TestState.FolderFor($"sqlite-{Interlocked.Increment(ref folders)}");
        Directory.CreateDirectory(folder);
    }

    public override Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }
}

public sealed class PostgresDatabases : TestDatabases
{
    private readonly PrivatePostgres server = new();

    public override Task<string> Create() => server.CreateDatabase();

    public override Task InitializeAsync() => server.InitializeAsync();

    public override Task DisposeAsync() => server.DisposeAsync();
}
