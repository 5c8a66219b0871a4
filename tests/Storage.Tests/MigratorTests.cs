using Dapper;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Migrations;

namespace Granary.Storage.Tests;

public sealed class SqliteMigratorTests(SqliteDatabases databases) : MigratorTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresMigratorTests(PostgresDatabases databases) : MigratorTests(databases), IClassFixture<PostgresDatabases>;

public abstract class MigratorTests(TestDatabases databases)
{
    [Fact]
    public async Task Migrators_that_start_at_once_apply_every_script_once_between_them()
    {
        var setting = await databases.Create();
        var silos = Enumerable.Range(0, 6).Select(_ => Open(setting)).ToArray();
        var scripts = Migration.For(silos[0]);

        var applied = await Task.WhenAll(silos.Select(silo => Task.Run(() => new Migrator(silo, scripts, TimeProvider.System).Run(CancellationToken.None))));

        Assert.True(scripts.Count >= 2);
        Assert.Equal(scripts.Count, applied.Sum());
        Assert.Equal(0, await new Migrator(silos[0], scripts, TimeProvider.System).Run(CancellationToken.None));
        await Task.WhenAll(silos.Select(silo => silo.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_script_that_changed_after_it_was_applied_is_refused()
    {
        await using var database = Open(await databases.Create());
        await Migrate(database, new Migration(1, "first", "CREATE TABLE one (id INTEGER)"));

        var refusal = await Assert.ThrowsAsync<SchemaMismatchException>(() => Migrate(database, new Migration(1, "first", "CREATE TABLE two (id INTEGER)")));

        Assert.Contains("in another form", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_ends_do_not_change_a_script()
    {
        await using var database = Open(await databases.Create());
        await Migrate(database, new Migration(1, "first", "CREATE TABLE one\n(id INTEGER)\n"));

        Assert.Equal(0, await Migrate(database, new Migration(1, "first", "CREATE TABLE one\r\n(id INTEGER)\r\n")));
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        await using var database = Open(await databases.Create());
        var first = new Migration(1, "first", "CREATE TABLE one (id INTEGER)");
        await Migrate(database, first, new Migration(2, "second", "CREATE TABLE two (id INTEGER)"));

        var refusal = await Assert.ThrowsAsync<SchemaMismatchException>(() => Migrate(database, first));

        Assert.Contains("newer version of Granary", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_fails_leaves_nothing_and_can_be_repeated()
    {
        await using var database = Open(await databases.Create());

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Migrate(database, new Migration(1, "first", "CREATE TABLE one (id INTEGER); SELECT nothing FROM nowhere")));

        Assert.Equal(1, await Migrate(database, new Migration(1, "first", "CREATE TABLE one (id INTEGER)")));
        Assert.Equal(1, await database.Read(connection => connection.ExecuteScalarAsync<long>("SELECT count(*) FROM granary_schema_history"), CancellationToken.None));
    }

    private static Database Open(string setting) => Database.Open(new StorageOptions { Database = setting });

    private static Task<int> Migrate(Database database, params Migration[] migrations) => new Migrator(database, migrations, TimeProvider.System).Run(CancellationToken.None);
}
