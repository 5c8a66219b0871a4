using Granary.Core.Apps;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Access;
using static Granary.Grains.Ports.DirectoryOutcome;

namespace Granary.Storage.Tests;

public sealed class SqliteIsolationSegmentStoreTests(SqliteDatabases databases) : IsolationSegmentStoreTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresIsolationSegmentStoreTests(PostgresDatabases databases) : IsolationSegmentStoreTests(databases), IClassFixture<PostgresDatabases>;

public abstract class IsolationSegmentStoreTests(TestDatabases databases) : IAsyncLifetime
{
    private readonly Organization acme = new(Guid.NewGuid(), "acme", false, Metadata.Empty, A.Noon, A.Noon);
    private readonly Space dev = new(Guid.NewGuid(), Guid.Empty, "dev", Metadata.Empty, A.Noon, A.Noon);
    private readonly IsolationSegment secure = new(Guid.NewGuid(), "Secure", [], Metadata.Empty, A.Noon, A.Noon);
    private Database database = null!;
    private DirectoryStore directory = null!;
    private QuotaStore quotas = null!;
    private IsolationSegmentStore store = null!;

    public async Task InitializeAsync()
    {
        database = await databases.CreateMigrated();
        (directory, quotas, store) = (new DirectoryStore(database, TimeProvider.System), new QuotaStore(database, TimeProvider.System), new IsolationSegmentStore(database, TimeProvider.System));
        Assert.Equal(Done, await directory.Add(acme, default));
        Assert.Equal(Done, await directory.Add(dev with { Organization = acme.Guid }, default));
        Assert.Equal(Done, await store.Add(secure, default));
    }

    public Task DisposeAsync() => database.DisposeAsync().AsTask();

    [Fact]
    public async Task A_fresh_database_has_the_shared_one_and_everybody_is_there()
    {
        Assert.Equal(["shared", "Secure"], (await store.All(default)).Select(each => each.Name).OrderDescending(StringComparer.Ordinal));
        Assert.Equal(IsolationSegment.Shared, (await store.Find(IsolationSegment.Shared, default))!.Guid);
        Assert.Null((await quotas.Standing(dev.Guid, default))!.Segment);
        Assert.Null(await store.Find(Guid.NewGuid(), default));
    }

    [Fact]
    public async Task A_space_has_its_own_else_the_default_of_its_organization()
    {
        var other = secure with { Guid = Guid.NewGuid(), Name = "other" };
        await store.Add(other, default);
        Assert.Equal(NotFound, await store.Assign(dev.Guid, secure.Guid, default));
        Assert.Equal(NotFound, await store.SetDefault(acme.Guid, secure.Guid, default));
        foreach (var segment in (Guid[])[secure.Guid, other.Guid, IsolationSegment.Shared])
        {
            Assert.Equal(Done, await store.Entitle(segment, [acme.Guid], default));
        }

        Assert.Equal(Done, await store.SetDefault(acme.Guid, secure.Guid, default));
        var byDefault = (await quotas.Standing(dev.Guid, default))!.Segment;
        Assert.Equal(Done, await store.Assign(dev.Guid, other.Guid, default));
        var own = (await quotas.Standing(dev.Guid, default))!.Segment;
        Assert.Equal(Done, await store.Assign(dev.Guid, IsolationSegment.Shared, default));
        var shared = (await quotas.Standing(dev.Guid, default))!.Segment;
        Assert.Equal(Done, await store.Assign(dev.Guid, null, default));
        Assert.Equal(Done, await store.SetDefault(acme.Guid, null, default));

        Assert.Equal(("Secure", "other", null, null), (byDefault, own, shared, (await quotas.Standing(dev.Guid, default))!.Segment));
        Assert.Equal((null, null), ((await directory.FindOrganization(acme.Guid, default))!.Segment, (await directory.FindSpace(dev.Guid, default))!.Segment));
    }

    [Fact]
    public async Task Who_may_use_the_shared_one_and_has_no_default_has_it_as_the_default()
    {
        await store.Entitle(IsolationSegment.Shared, [acme.Guid], default);

        Assert.Equal(IsolationSegment.Shared, (await directory.FindOrganization(acme.Guid, default))!.Segment);
    }

    [Fact]
    public async Task What_is_used_stays()
    {
        Assert.Equal(NotFound, await store.Entitle(secure.Guid, [acme.Guid, Guid.NewGuid()], default));
        Assert.Empty((await store.Find(secure.Guid, default))!.Organizations);
        await store.Entitle(secure.Guid, [acme.Guid, Home.Organization, acme.Guid], default);
        await store.Assign(dev.Guid, secure.Guid, default);

        Assert.Equal(NotEmpty, await store.Change(secure.Guid, "other", Metadata.Empty, default));
        Assert.Equal(Done, await store.Change(secure.Guid, null, Metadata.Empty with { Labels = Metadata.Empty.Labels.Add("a", "b") }, default));
        Assert.Equal(NotEmpty, await store.Remove(secure.Guid, default));
        Assert.Equal(NotEmpty, await store.Revoke(secure.Guid, acme.Guid, default));
        await store.Assign(dev.Guid, null, default);
        Assert.Equal(Done, await store.Revoke(secure.Guid, acme.Guid, default));
        Assert.Equal(NotEmpty, await store.Remove(secure.Guid, default));
        Assert.Equal(Done, await store.Revoke(secure.Guid, Home.Organization, default));

        Assert.Equal((Done, NotFound), (await store.Remove(secure.Guid, default), await store.Remove(secure.Guid, default)));
    }

    [Fact]
    public async Task An_organization_that_is_removed_takes_what_it_might_use_with_it()
    {
        await store.Entitle(secure.Guid, [acme.Guid], default);

        Assert.Equal(Done, await directory.RemoveOrganization(acme.Guid, default));

        Assert.Equal(Done, await store.Remove(secure.Guid, default));
    }

    [Fact]
    public async Task Names_are_taken_without_regard_to_case()
    {
        Assert.Equal(Taken, await store.Add(secure with { Guid = Guid.NewGuid(), Name = "SECURE" }, default));
        Assert.Equal(Taken, await store.Change(secure.Guid, "Shared", Metadata.Empty, default));
        Assert.Equal(NotFound, await store.Change(Guid.NewGuid(), "new", Metadata.Empty, default));
    }

    [Fact]
    public async Task Of_a_revocation_and_an_assignment_at_once_one_is_done()
    {
        for (var round = 0; round < 20; round++)
        {
            await store.Entitle(secure.Guid, [acme.Guid], default);

            var (revoked, assigned) = (store.Revoke(secure.Guid, acme.Guid, default), store.Assign(dev.Guid, secure.Guid, default));
            await Task.WhenAll(revoked, assigned);

            Assert.Contains((await revoked, await assigned), ((DirectoryOutcome, DirectoryOutcome)[])[(Done, NotFound), (NotEmpty, Done)]);
            await store.Assign(dev.Guid, null, default);
        }
    }

    [Fact]
    public async Task What_is_given_while_it_is_renamed_is_given_under_one_of_the_two_names_and_keeps_it()
    {
        await store.Entitle(secure.Guid, [acme.Guid], default);
        for (var round = 0; round < 20; round++)
        {
            var before = (await store.Find(secure.Guid, default))!.Name;

            var (renamed, assigned) = (store.Change(secure.Guid, $"secure-{round}", Metadata.Empty, default), store.Assign(dev.Guid, secure.Guid, default));
            await Task.WhenAll(renamed, assigned);

            Assert.Equal(Done, await assigned);
            Assert.Equal(await renamed is Done ? $"secure-{round}" : before, (await quotas.Standing(dev.Guid, default))!.Segment);
            await store.Assign(dev.Guid, null, default);
        }
    }
}
