using Granary.Core.Apps;
using Granary.Core.Quotas;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Access;
using static Granary.Grains.Ports.DirectoryOutcome;

namespace Granary.Storage.Tests;

public sealed class SqliteQuotaStoreTests(SqliteDatabases databases) : QuotaStoreTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresQuotaStoreTests(PostgresDatabases databases) : QuotaStoreTests(databases), IClassFixture<PostgresDatabases>;

public abstract class QuotaStoreTests(TestDatabases databases) : IAsyncLifetime
{
    private static readonly QuotaTerms Small = new(new QuotaLimits(TotalMemoryMb: 64, LogBytesPerSecond: 5_000_000_000), PaidServicesAllowed: false, Routes: 3);

    private readonly Organization acme = new(Guid.NewGuid(), "acme", false, Metadata.Empty, A.Noon, A.Noon);
    private readonly Space dev = new(Guid.NewGuid(), Guid.Empty, "dev", Metadata.Empty, A.Noon, A.Noon);
    private readonly Space prod = new(Guid.NewGuid(), Guid.Empty, "prod", Metadata.Empty, A.Noon, A.Noon);
    private Database database = null!;
    private DirectoryStore directory = null!;
    private QuotaStore store = null!;

    public async Task InitializeAsync()
    {
        database = await databases.CreateMigrated();
        (directory, store) = (new DirectoryStore(database, TimeProvider.System), new QuotaStore(database, TimeProvider.System));
        Assert.Equal(Done, await directory.Add(acme, default));
        Assert.Equal(Done, await directory.Add(dev with { Organization = acme.Guid }, default));
        Assert.Equal(Done, await directory.Add(prod with { Organization = acme.Guid }, default));
    }

    public Task DisposeAsync() => database.DisposeAsync().AsTask();

    [Fact]
    public async Task A_fresh_database_limits_nothing()
    {
        Assert.Equal(new Standing(Home.Organization, "default", Home.Space, "default", QuotaLimits.None, QuotaLimits.None, false, 0), await store.Standing(Home.Space, default));
        Assert.Equal(["default"], (await store.OfOrganizations(default)).Select(each => each.Name));
        Assert.Null(await store.Standing(Guid.NewGuid(), default));
    }

    [Fact]
    public async Task What_is_applied_limits_and_each_change_raises_the_version()
    {
        var (ofOrganization, ofSpace) = (Made("small", null), Made("tiny", acme.Guid) with { Terms = new QuotaTerms(new QuotaLimits(Tasks: 1)) });
        Assert.Equal(Done, await store.Add(ofOrganization, [], default));
        Assert.Equal(Done, await store.Add(ofSpace, [], default));
        Assert.False((await store.Standing(dev.Guid, default))!.IsCounted);

        Assert.Equal(Done, await store.Apply(ofSpace, [dev.Guid], default));
        var (mine, neighbours) = ((await store.Standing(dev.Guid, default))!, (await store.Standing(prod.Guid, default))!);
        Assert.Equal(Done, await store.Apply(ofOrganization, [acme.Guid], default));
        var both = (await store.Standing(dev.Guid, default))!;
        Assert.Equal(Done, await store.Change(ofOrganization with { Terms = new QuotaTerms(QuotaLimits.None) }, default));
        Assert.Equal(Done, await store.Unapply(ofSpace, dev.Guid, default));
        var none = (await store.Standing(dev.Guid, default))!;

        Assert.Equal((QuotaLimits.None, new QuotaLimits(Tasks: 1), true), (mine.OfOrganization, mine.OfSpace, mine.IsCounted));
        Assert.Equal((QuotaLimits.None, QuotaLimits.None, true), (neighbours.OfOrganization, neighbours.OfSpace, neighbours.IsCounted));
        Assert.Equal((Small.Apps, "acme", "dev"), (both.OfOrganization, both.OrganizationName, both.SpaceName));
        Assert.False(none.IsCounted);
        Assert.True(mine.Version < both.Version && both.Version < none.Version);
        Assert.Equal(ofSpace.Terms, (await store.Find(ofSpace.Guid, default))!.Terms);
    }

    [Fact]
    public async Task Names_are_taken_within_their_kind_and_organization()
    {
        var quota = Made("small", null);
        Assert.Equal(Done, await store.Add(quota, [], default));
        Assert.Equal(Taken, await store.Add(Made("SMALL", null), [], default));
        Assert.Equal(Done, await store.Add(Made("small", acme.Guid), [], default));
        Assert.Equal(Taken, await store.Add(Made("Small", acme.Guid), [], default));
        Assert.Equal(Done, await store.Add(Made("small", Home.Organization), [], default));
        Assert.Equal(Taken, await store.Change(quota with { Name = "Default" }, default));
        Assert.Equal(NotFound, await store.Change(Made("other", null), default));
    }

    [Fact]
    public async Task What_cannot_be_applied_to_all_is_applied_to_none()
    {
        var (quota, spaces) = (Made("small", null), Made("tiny", acme.Guid));
        Assert.Equal(NotFound, await store.Add(quota, [acme.Guid, Guid.NewGuid()], default));
        Assert.Null(await store.Find(quota.Guid, default));
        Assert.Equal(Done, await store.Add(quota, [], default));
        Assert.Equal(Done, await store.Add(spaces, [], default));

        Assert.Equal(NotFound, await store.Apply(quota, [acme.Guid, Guid.NewGuid()], default));
        Assert.Equal(NotFound, await store.Apply(spaces, [dev.Guid, Home.Space], default));
        Assert.Equal(NotFound, await store.Unapply(spaces, dev.Guid, default));

        Assert.Equal((Quota.Default, null), ((await directory.FindOrganization(acme.Guid, default))!.Quota, (await directory.FindSpace(dev.Guid, default))!.Quota));
    }

    [Fact]
    public async Task A_quota_goes_when_nothing_has_it_and_those_of_spaces_with_their_organization()
    {
        var (quota, spaces) = (Made("small", null), Made("tiny", acme.Guid));
        Assert.Equal(Done, await store.Add(quota, [acme.Guid], default));
        Assert.Equal(Done, await store.Add(spaces, [dev.Guid, prod.Guid], default));

        Assert.Equal((NotEmpty, NotEmpty), (await store.Remove(quota, default), await store.Remove(spaces, default)));
        Assert.Equal(Done, await directory.RemoveOrganization(acme.Guid, default));

        Assert.Null(await store.Find(spaces.Guid, default));
        Assert.Equal((Done, NotFound), (await store.Remove(quota, default), await store.Remove(quota, default)));
        Assert.Equal(NotFound, await store.Apply(quota, [Home.Organization], default));
    }

    private static Quota Made(string name, Guid? organization) => new(Guid.NewGuid(), organization, name, Small, A.Noon, A.Noon);
}
