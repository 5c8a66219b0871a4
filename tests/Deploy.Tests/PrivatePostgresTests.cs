using Granary.Testing;

namespace Granary.Deploy.Tests;

public sealed class PrivatePostgresTests(PrivatePostgres postgres) : IClassFixture<PrivatePostgres>
{
    [Fact]
    public async Task Every_database_is_fresh_and_has_its_own_connection_string()
    {
        var one = await postgres.CreateDatabase();
        var two = await postgres.CreateDatabase();

        Assert.NotEqual(one, two);
        Assert.Matches("^Host=127.0.0.1;Port=[0-9]+;Username=granary;Password=[0-9a-f]{32};Database=test_[0-9]+$", one);
    }

    [Fact]
    public async Task It_comes_back_on_the_same_port_after_an_outage()
    {
        var before = await Script.Run("deploy/postgres/private-postgres", "status", postgres.Folder);

        await postgres.Down();
        var failure = await Assert.ThrowsAsync<ScriptFailedException>(() => Script.Run("deploy/postgres/private-postgres", "status", postgres.Folder));
        await postgres.Up();

        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, await Script.Run("deploy/postgres/private-postgres", "status", postgres.Folder));
    }
}
