using System.Collections.Immutable;
using Granary.Core.Access;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Access;
using static Granary.Grains.Ports.DirectoryOutcome;

namespace Granary.Storage.Tests;

public sealed class SqliteDirectoryStoreTests(SqliteDatabases databases) : DirectoryStoreTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresDirectoryStoreTests(PostgresDatabases databases) : DirectoryStoreTests(databases), IClassFixture<PostgresDatabases>;

public abstract class DirectoryStoreTests(TestDatabases databases) : IAsyncLifetime
{
    private static readonly Metadata Labelled = new(ImmutableSortedDictionary<string, string>.Empty.Add("tier", "gold"), ImmutableSortedDictionary<string, string>.Empty);

    private readonly Organization acme = new(Guid.NewGuid(), "acme", false, Labelled, A.Noon, A.Noon);
    private Database database = null!;
    private DirectoryStore store = null!;

    private Space Dev => new(new Guid("11111111-0000-4000-8000-000000000001"), acme.Guid, "dev", Metadata.Empty, A.Noon, A.Noon);

    public async Task InitializeAsync()
    {
        database = await databases.CreateMigrated();
        store = new DirectoryStore(database, TimeProvider.System);
        Assert.Equal(Done, await store.Add(acme, default));
        Assert.Equal(Done, await store.Add(Dev, default));
    }

    public Task DisposeAsync() => database.DisposeAsync().AsTask();

    [Fact]
    public async Task A_fresh_database_has_the_default_space()
    {
        Assert.Equal(new Place(Home.Organization, Home.Space), await store.PlaceOf(Home.Space, default));
        Assert.Equal("default", (await store.FindOrganization(Home.Organization, default))!.Name);
    }

    [Fact]
    public async Task What_was_made_comes_back_and_names_are_taken_in_any_case()
    {
        var found = (await store.FindOrganization(acme.Guid, default))!;

        Assert.Equal(("acme", "gold", A.Noon), (found.Name, found.Metadata.Labels["tier"], found.CreatedAt));
        Assert.Equal(Taken, await store.Add(acme with { Guid = Guid.NewGuid(), Name = "ACME" }, default));
        Assert.Equal(Taken, await store.Add(Dev with { Guid = Guid.NewGuid(), Name = "Dev" }, default));
        Assert.Equal(Done, await store.Add(Dev with { Guid = Guid.NewGuid(), Organization = Home.Organization }, default));
        Assert.Equal(NotFound, await store.Add(Dev with { Guid = Guid.NewGuid(), Organization = Guid.NewGuid() }, default));
    }

    [Fact]
    public async Task A_name_is_changed_unless_it_is_taken()
    {
        Assert.Equal(Taken, await store.Change(acme with { Name = "Default" }, default));
        Assert.Equal(Done, await store.Change(acme with { Name = "better", IsSuspended = true }, default));
        Assert.Equal(NotFound, await store.Change(acme with { Guid = Guid.NewGuid(), Name = "other" }, default));
        await store.Add(Dev with { Guid = Guid.NewGuid(), Name = "prod" }, default);
        Assert.Equal(Taken, await store.Change(Dev with { Name = "PROD" }, default));

        Assert.Equal(("better", true), await store.FindOrganization(acme.Guid, default) is { } found ? (found.Name, found.IsSuspended) : default);
        Assert.True((await store.PlaceOf(Dev.Guid, default))!.IsSuspended);
    }

    [Fact]
    public async Task An_app_that_was_written_while_its_space_was_removed_is_seen_by_one_of_the_two()
    {
        const string write = "INSERT INTO OrleansStorage (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId, Version, ModifiedOn, scope, name_key) VALUES (@Number, 0, 0, 0, 'app', @Space, 'granary', 1, CURRENT_TIMESTAMP, @Space, 'app')";
        var (kept, gone) = (0, 0);
        for (var number = 0; number < 60; number++)
        {
            var space = new Space(Guid.NewGuid(), acme.Guid, $"space-{number}", Metadata.Empty, A.Noon, A.Noon);
            Assert.Equal(Done, await store.Add(space, default));

            var removing = Task.Run(() => store.RemoveSpace(space.Guid, default));
            await database.Changes(write, new { Number = number, Space = space.Guid.ToString("D") }, default);
            var (isThere, removed) = (await store.IsThere(space.Guid, default), await removing);

            Assert.Equal(isThere ? NotEmpty : Done, removed);
            (kept, gone) = isThere ? (kept + 1, gone) : (kept, gone + 1);
        }

        Assert.False(await store.IsThere(Guid.NewGuid(), default));
        Assert.Equal(60, kept + gone);
    }

    [Fact]
    public async Task A_role_in_a_space_takes_one_in_its_organization_and_keeps_it()
    {
        var member = new Membership(Guid.NewGuid(), "somebody", new RoleGrant(Role.OrganizationUser, acme.Guid, null), A.Noon);
        var developer = member with { Guid = Guid.NewGuid(), Grant = new RoleGrant(Role.SpaceDeveloper, acme.Guid, Dev.Guid) };

        Assert.Equal(NoMember, await store.Add(developer, default));
        Assert.Equal(Done, await store.Add(member, default));
        Assert.Equal(Taken, await store.Add(member with { Guid = Guid.NewGuid() }, default));
        Assert.Equal(Done, await store.Add(developer, default));
        Assert.Equal(NotFound, await store.Add(developer with { Guid = Guid.NewGuid(), Grant = developer.Grant with { Space = Home.Space } }, default));

        Assert.Equal([developer, member], (await store.Roles(default)).OrderByDescending(each => each.Grant.Role));
        Assert.Equal(NotEmpty, await store.RemoveRole(member.Guid, default));
        Assert.Equal(Done, await store.RemoveRole(developer.Guid, default));
        Assert.Equal(Done, await store.RemoveRole(member.Guid, default));
        Assert.Equal(NotFound, await store.RemoveRole(member.Guid, default));
    }

    [Fact]
    public async Task What_is_removed_takes_its_roles_along()
    {
        await store.Add(new Membership(Guid.NewGuid(), "somebody", new RoleGrant(Role.OrganizationUser, acme.Guid, null), A.Noon), default);
        await store.Add(new Membership(Guid.NewGuid(), "somebody", new RoleGrant(Role.SpaceAuditor, acme.Guid, Dev.Guid), A.Noon), default);

        Assert.Equal(Done, await store.RemoveSpace(Dev.Guid, default));
        Assert.Equal(Role.OrganizationUser, Assert.Single(await store.Roles(default)).Grant.Role);
        Assert.Null(await store.PlaceOf(Dev.Guid, default));
        Assert.Equal(NotFound, await store.RemoveSpace(Dev.Guid, default));
        Assert.Equal(Done, await store.RemoveOrganization(acme.Guid, default));
        Assert.Empty(await store.Roles(default));
        Assert.Equal(NotFound, await store.RemoveOrganization(acme.Guid, default));
    }
}
