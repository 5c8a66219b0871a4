using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Access;

namespace Granary.Storage.Tests;

public sealed class SqliteVariableGroupStoreTests(SqliteDatabases databases) : VariableGroupStoreTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresVariableGroupStoreTests(PostgresDatabases databases) : VariableGroupStoreTests(databases), IClassFixture<PostgresDatabases>;

public abstract class VariableGroupStoreTests(TestDatabases databases) : IAsyncLifetime
{
    private Database database = null!;
    private VariableGroupStore store = null!;

    public async Task InitializeAsync()
    {
        database = await databases.CreateMigrated();
        store = new VariableGroupStore(database, TimeProvider.System);
    }

    public Task DisposeAsync() => database.DisposeAsync().AsTask();

    [Fact]
    public async Task Variables_are_set_changed_and_removed_and_the_other_group_has_none_of_them()
    {
        Assert.Equal(("running", 0, null), await store.Get(VariableGroup.Running, default) is var fresh ? (fresh.Name, fresh.Variables.Count, fresh.UpdatedAt) : default);

        await store.Change(VariableGroup.Running, Changes(("A", "1"), ("B", "2")), default);
        var (group, _) = await store.Change(VariableGroup.Running, Changes(("A", null), ("B", "3"), ("C", "ö")), default);

        var read = await store.Get(VariableGroup.Running, default);
        Assert.Equal([("B", "3"), ("C", "ö")], read.Variables.Select(each => (each.Key, each.Value)));
        Assert.Equal(group.Variables, read.Variables);
        Assert.NotNull(read.UpdatedAt);
        Assert.Empty((await store.Get(VariableGroup.Staging, default)).Variables);
    }

    [Fact]
    public async Task What_breaks_a_rule_changes_nothing()
    {
        var (group, faults) = await store.Change(VariableGroup.Staging, Changes(("VCAP_X", "1"), ("A", "1")), default);

        Assert.Equal(["Environment variable 'VCAP_X' cannot start with VCAP_"], faults.AsEnumerable());
        Assert.Empty(group.Variables);
        Assert.Empty((await store.Get(VariableGroup.Staging, default)).Variables);
    }

    [Fact]
    public async Task Changes_at_once_all_count()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => store.Change(VariableGroup.Running, Changes(($"N{number}", "1")), default)));

        Assert.Equal(20, (await store.Get(VariableGroup.Running, default)).Variables.Count);
    }

    private static ImmutableSortedDictionary<string, string?> Changes(params (string Name, string? Value)[] changes) => changes.ToImmutableSortedDictionary(each => each.Name, each => each.Value);
}
