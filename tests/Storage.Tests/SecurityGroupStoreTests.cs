using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Egress;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Access;

namespace Granary.Storage.Tests;

public sealed class SqliteSecurityGroupStoreTests(SqliteDatabases databases) : SecurityGroupStoreTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresSecurityGroupStoreTests(PostgresDatabases databases) : SecurityGroupStoreTests(databases), IClassFixture<PostgresDatabases>;

public abstract class SecurityGroupStoreTests(TestDatabases databases) : IAsyncLifetime
{
    private static readonly EgressRule Web = new(EgressRule.Tcp, "10.0.0.0/8", "443") { Description = "ö", Log = true };
    private static readonly EgressRule Names = new(EgressRule.Udp, "10.0.0.53/32", "53");
    private static readonly Guid Nowhere = Guid.NewGuid();

    private Database database = null!;
    private DirectoryStore directory = null!;
    private QuotaStore quotas = null!;
    private SecurityGroupStore store = null!;

    public async Task InitializeAsync()
    {
        database = await databases.CreateMigrated();
        directory = new DirectoryStore(database, TimeProvider.System);
        quotas = new QuotaStore(database, TimeProvider.System);
        store = new SecurityGroupStore(database, TimeProvider.System);
    }

    public Task DisposeAsync() => database.DisposeAsync().AsTask();

    [Fact]
    public async Task At_first_everything_may_be_reached()
    {
        var group = Assert.Single(await store.All(default));

        Assert.Equal((SecurityGroup.Default, "default", true, true), (group.Guid, group.Name, group.IsOfAllRunning, group.IsOfAllStaging));
        Assert.Equal([new EgressRule(EgressRule.All, "0.0.0.0-255.255.255.255")], group.Rules.AsEnumerable());
        Assert.Equal((null, null), await InForce(Home.Space));
    }

    [Fact]
    public async Task All_together_are_bounded_and_what_would_be_too_much_changes_nothing()
    {
        var wide = new EgressRule(EgressRule.Tcp, string.Join(',', Enumerable.Range(0, 16).Select(each => $"10.0.{each * 2}.0/24")), string.Join(',', Enumerable.Range(1, 256)));
        var (first, second) = (Group("first", wide), Group("second", Web));
        Assert.Equal(DirectoryOutcome.Done, await store.Add(first, default));
        Assert.Equal(DirectoryOutcome.Done, await store.Add(second, default));

        Assert.Equal(DirectoryOutcome.TooMuch, await store.Add(Group("third", wide), default));
        Assert.Equal(DirectoryOutcome.TooMuch, await store.Change(second.Guid, new SecurityGroupChange("renamed", [wide], null, null), default));

        Assert.Equal(["default", "first", "second"], (await store.All(default)).Select(each => each.Name).Order(StringComparer.Ordinal));
        Assert.Equal([Web], (await Read(second)).Rules.AsEnumerable());
    }

    [Fact]
    public async Task A_group_is_kept_as_it_was_written_changed_and_removed()
    {
        var group = Group("web", Web) with { RunningSpaces = [Home.Space] };

        Assert.Equal(DirectoryOutcome.Done, await store.Add(group, default));
        Assert.Equal(DirectoryOutcome.Taken, await store.Add(Group("WEB"), default));
        Assert.Equal(DirectoryOutcome.NotFound, await store.Add(Group("lost") with { StagingSpaces = [Home.Space, Nowhere] }, default));
        var read = await Read(group);
        Assert.Equal((group.Name, group.CreatedAt, false, false), (read.Name, read.CreatedAt, read.IsOfAllRunning, read.IsOfAllStaging));
        Assert.Equal([Web], read.Rules.AsEnumerable());
        Assert.Equal([Home.Space], read.RunningSpaces.AsEnumerable());
        Assert.Empty(read.StagingSpaces);

        // Each change leaves what it does not name.
        Assert.Equal(DirectoryOutcome.Done, await store.Change(group.Guid, new SecurityGroupChange(null, null, true, null), default));
        Assert.Equal(DirectoryOutcome.Done, await store.Change(group.Guid, new SecurityGroupChange("names", [Names], null, null), default));
        Assert.Equal(DirectoryOutcome.Taken, await store.Change(group.Guid, new SecurityGroupChange("Default", null, null, null), default));
        Assert.Equal(DirectoryOutcome.NotFound, await store.Change(Nowhere, new SecurityGroupChange("x", null, null, null), default));
        read = await Read(group);
        Assert.Equal(("names", true, false), (read.Name, read.IsOfAllRunning, read.IsOfAllStaging));
        Assert.Equal([Names], read.Rules.AsEnumerable());
        Assert.True(read.UpdatedAt > read.CreatedAt);

        Assert.Equal((DirectoryOutcome.Done, DirectoryOutcome.NotFound), (await store.Remove(group.Guid, default), await store.Remove(group.Guid, default)));
        Assert.Single(await store.All(default));
        Assert.Equal(DirectoryOutcome.NotFound, await store.Bind(group.Guid, GroupLifecycle.Running, [Home.Space], default));
    }

    [Fact]
    public async Task The_rules_of_a_space_are_those_of_all_groups_that_hold_there()
    {
        var (web, names) = (Group("web", Web), Group("names", Names));
        await store.Add(web, default);
        await store.Add(names, default);
        Assert.Equal((null, null), await InForce(Home.Space));

        await store.Change(SecurityGroup.Default, new SecurityGroupChange(null, null, false, null), default);
        Assert.Equal(("", null), await InForce(Home.Space));
        Assert.Equal(DirectoryOutcome.Done, await store.Bind(web.Guid, GroupLifecycle.Running, [Home.Space, Home.Space], default));
        Assert.Equal(DirectoryOutcome.Done, await store.Bind(web.Guid, GroupLifecycle.Running, [Home.Space], default));
        Assert.Equal(("tcp 10.0.0.0/8", null), await InForce(Home.Space));
        await store.Change(names.Guid, new SecurityGroupChange(null, null, true, true), default);
        Assert.Equal(("tcp 10.0.0.0/8, udp 10.0.0.53/32", null), await InForce(Home.Space));
        await store.Remove(SecurityGroup.Default, default);
        await store.Bind(web.Guid, GroupLifecycle.Staging, [Home.Space], default);
        Assert.Equal(DirectoryOutcome.Done, await store.Unbind(web.Guid, GroupLifecycle.Running, Home.Space, default));
        Assert.Equal(DirectoryOutcome.NotFound, await store.Unbind(web.Guid, GroupLifecycle.Running, Home.Space, default));
        Assert.Equal(("udp 10.0.0.53/32", "tcp 10.0.0.0/8, udp 10.0.0.53/32"), await InForce(Home.Space));
    }

    [Fact]
    public async Task What_is_bound_in_part_is_not_bound_and_a_space_takes_its_bindings_along()
    {
        var (now, group) = (TimeProvider.System.GetUtcNow(), Group("web", Web));
        var (space, organization) = (new Space(Guid.NewGuid(), Home.Organization, "a", Metadata.Empty, now, now), new Organization(Guid.NewGuid(), "o", false, Metadata.Empty, now, now));
        var other = space with { Guid = Guid.NewGuid(), Organization = organization.Guid };
        await directory.Add(organization, default);
        await directory.Add(space, default);
        await directory.Add(other, default);
        await store.Add(group, default);

        Assert.Equal(DirectoryOutcome.NotFound, await store.Bind(group.Guid, GroupLifecycle.Running, [space.Guid, Nowhere], default));
        Assert.Empty((await Read(group)).RunningSpaces);
        await store.Bind(group.Guid, GroupLifecycle.Running, [space.Guid, other.Guid, Home.Space], default);
        Assert.Equal(3, (await Read(group)).RunningSpaces.Length);
        await directory.RemoveSpace(space.Guid, default);
        await directory.RemoveOrganization(organization.Guid, default);

        Assert.Equal([Home.Space], (await Read(group)).RunningSpaces.AsEnumerable());
    }

    private async Task<(string? Running, string? Staging)> InForce(Guid space)
    {
        var standing = (await quotas.Standing(space, default))!;
        return (Words(standing.RunningEgress), Words(standing.StagingEgress));

        static string? Words(IEnumerable<EgressRule>? rules) => rules is null ? null : string.Join(", ", rules.Select(each => $"{each.Protocol} {each.Destination}"));
    }

    private async Task<SecurityGroup> Read(SecurityGroup group) => (await store.Find(group.Guid, default))!;

    private static SecurityGroup Group(string name, params ImmutableArray<EgressRule> rules)
    {
        // Whole microseconds, which is what rows hold.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - 1000);
        return new SecurityGroup(Guid.NewGuid(), name, rules, false, false, [], [], now, now);
    }
}
