using Granary.Testing;

namespace Granary.Deploy.Tests;

public sealed class PrivatePostgresTests
{
    [Fact]
    public async Task Every_database_is_fresh_and_has_its_own_connection_string()
    {
        var one = await PrivatePostgres.CreateDatabase();
        var two = await PrivatePostgres.CreateDatabase();

        Assert.NotEqual(one, two);
        Assert.Matches("^Host=127.0.0.1;Port=[0-9]+;Username=postgres;Database=test_[0-9]+$", one);
    }

    [Fact]
    public async Task It_comes_back_on_the_same_port_after_an_outage()
    {
        var folder = await PrivatePostgres.Folder;
        var before = await Script.Run("deploy/postgres/private-postgres", "status", folder);

        await PrivatePostgres.Down();
        var failure = await Assert.ThrowsAsync<ScriptFailedException>(() => Script.Run("deploy/postgres/private-postgres", "status", folder));
        await PrivatePostgres.Up();

        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, await Script.Run("deploy/postgres/private-postgres", "status", folder));
    }
}
