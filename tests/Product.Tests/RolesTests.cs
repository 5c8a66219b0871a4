using System.Diagnostics;
using Granary.Testing;
using Npgsql;

namespace Granary.Product.Tests;

/// <summary>deploy/postgres/roles.sql: one role owns the schema, another runs the silos and can do no more than that.</summary>
public sealed class RolesTests(PrivatePostgres postgres) : IClassFixture<PrivatePostgres>
{
    private const string OwnerPassword = "owner's secret";
    private const string AppPassword = "app secret";

    [Fact]
    public async Task A_silo_runs_with_the_role_that_may_not_change_the_schema_once_the_owner_has_migrated_it()
    {
        var superuser = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabase());
        await Roles(superuser);
        var owner = new NpgsqlConnectionStringBuilder(superuser.ConnectionString) { Database = "roles", Username = "granary_owner", Password = OwnerPassword };
        var app = new NpgsqlConnectionStringBuilder(owner.ConnectionString) { Username = "granary_app", Password = AppPassword };

        var (code, errors) = await SiloProcess.Fails(await TestState.FolderFor("unmigrated"), "--db", app.ConnectionString);
        Assert.Equal(1, code);
        Assert.Contains("'granary migrate'", Assert.Single(errors), StringComparison.Ordinal);

        Assert.Contains("scripts were applied", await Migrate(owner), StringComparison.Ordinal);
        Assert.Contains("is up to date.", await Migrate(app), StringComparison.Ordinal);
        await Roles(superuser); // Repeated, it takes away what is only read.

        await using var silo = await SiloProcess.Up("roles", "unix:///nonexistent/docker.sock", "--db", app.ConnectionString);
        var made = await silo.Client.CreateApp("app");
        Assert.Equal("app", (await silo.Client.FindApp(made.Id))?.Name);
        Assert.Equal(0, await silo.Stop());
        Assert.Empty(silo.Faults);

        foreach (var statement in new[] { "CREATE TABLE other (id integer)", "ALTER TABLE granary_log ADD COLUMN other integer", "DROP TABLE granary_log", "TRUNCATE granary_log", "UPDATE OrleansQuery SET QueryText = ''", "DELETE FROM granary_schema_history", "CREATE TEMP TABLE other (id integer)", "CREATE SCHEMA other" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => Execute(app, statement));
            Assert.True(refused.SqlState == PostgresErrorCodes.InsufficientPrivilege, $"{statement}: {refused.Message}");
        }
    }

    private static async Task Roles(NpgsqlConnectionStringBuilder superuser)
    {
        var start = new ProcessStartInfo("psql", ["--no-psqlrc", "--quiet", "--set=database=roles", $"--file={Repository.PathOf("deploy/postgres/roles.sql")}"]) { RedirectStandardError = true };
        start.Environment["PGHOST"] = superuser.Host;
        start.Environment["PGPORT"] = $"{superuser.Port}";
        start.Environment["PGUSER"] = superuser.Username;
        start.Environment["PGPASSWORD"] = superuser.Password;
        start.Environment["PGDATABASE"] = "postgres";
        start.Environment["OWNER_PASSWORD"] = OwnerPassword;
        start.Environment["APP_PASSWORD"] = AppPassword;
        using var psql = Process.Start(start)!;
        var errors = await psql.StandardError.ReadToEndAsync();
        await psql.WaitForExitAsync();
        Assert.True(psql.ExitCode == 0, errors);
        Assert.Equal("", errors);
    }

    private static async Task<string> Migrate(NpgsqlConnectionStringBuilder database)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Granary.Silo"), ["migrate", "--db", database.ConnectionString]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_ROOT"] = Programs.DotnetRoot;
        using var migrate = Process.Start(start)!;
        var words = await migrate.StandardOutput.ReadToEndAsync();
        Assert.Equal("", await migrate.StandardError.ReadToEndAsync());
        await migrate.WaitForExitAsync();
        Assert.Equal(0, migrate.ExitCode);
        return words;
    }

    private static async Task Execute(NpgsqlConnectionStringBuilder database, string statement)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false });
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }
}
