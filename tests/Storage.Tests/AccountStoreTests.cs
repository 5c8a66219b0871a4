using Granary.Core.Access;
using Granary.Core.Accounts;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Access;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Storage.Tests;

public sealed class SqliteAccountStoreTests(SqliteDatabases databases) : AccountStoreTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresAccountStoreTests(PostgresDatabases databases) : AccountStoreTests(databases), IClassFixture<PostgresDatabases>;

public abstract class AccountStoreTests(TestDatabases databases) : IAsyncLifetime
{
    private static readonly LockoutPolicy Lock = new(5, TimeSpan.FromMinutes(5));
    private static readonly SessionPolicy Session = new(TimeSpan.FromMinutes(1), TimeSpan.FromDays(30));

    private readonly FakeTimeProvider clock = new(A.Noon);
    private Database database = null!;
    private AccountStore store = null!;

    public async Task InitializeAsync()
    {
        database = await databases.CreateMigrated();
        store = new AccountStore(database, clock);
    }

    public Task DisposeAsync() => database.DisposeAsync().AsTask();

    [Fact]
    public async Task An_account_comes_back_as_it_was_and_its_name_is_taken_in_any_case()
    {
        var account = new Account(Guid.NewGuid(), "Bob", "Robert", null, "bob@example.com", Authority.Reader, IsListed: false, A.Noon, A.Noon);

        Assert.True(await store.Add(account, "hash", default));
        Assert.False(await store.Add(account with { Guid = Guid.NewGuid(), Name = "BOB" }, "hash", default));

        Assert.Equal(account, await store.Find("bOb", default));
        Assert.Equal(account, await store.Find(account.Guid, default));
        Assert.Equal("hash", await store.PasswordHash(account.Guid, default));
        Assert.Equal([account], await store.All(default));
        Assert.Null(await store.Find("nobody", default));
    }

    [Fact]
    public async Task Tries_at_once_are_all_counted_and_the_right_password_forgets_them()
    {
        var account = await Somebody();

        var tries = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.BeginLogin(account.Name, Lock, default)));

        Assert.Equal(Lock.TriesMax, tries.Count(each => !each!.IsLocked));
        clock.Advance(Lock.LockedFor);
        Assert.False((await store.BeginLogin(account.Name, Lock, default))!.IsLocked);
        await store.EndLogin(account, Session, default);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, Lock.TriesMax).Select(_ => store.BeginLogin(account.Name, Lock, default))), each => Assert.False(each!.IsLocked));
        Assert.Null(await store.BeginLogin("nobody", Lock, default));
    }

    [Fact]
    public async Task Of_refreshes_at_once_one_begins_a_generation_and_the_others_repeat_it()
    {
        var session = await store.EndLogin(await Somebody(), Session, default);

        var refreshed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.Refresh(session.Id, 1, Session, default)));

        Assert.Single(refreshed, each => each!.Value.Outcome == SessionOutcome.Refreshed);
        Assert.All(refreshed, each => Assert.Equal(2, each!.Value.Session.Generation));
    }

    [Fact]
    public async Task A_session_ends_by_reuse_by_a_new_password_and_with_its_account()
    {
        var account = await Somebody();
        var reused = await store.EndLogin(account, Session, default);
        await store.Refresh(reused.Id, 1, Session, default);
        clock.Advance(Session.Leeway * 2);
        Assert.Equal(SessionOutcome.Reused, (await store.Refresh(reused.Id, 1, Session, default))!.Value.Outcome);
        Assert.Null(await store.Refresh(reused.Id, 2, Session, default));

        var replaced = await store.EndLogin(account, Session, default);
        await store.SetPassword(account.Guid, "another", default);
        Assert.Null(await store.Refresh(replaced.Id, 1, Session, default));

        var last = await store.EndLogin(account, Session, default);
        Assert.True(await store.Remove(account.Guid, default));
        Assert.Null(await store.Refresh(last.Id, 1, Session, default));
        Assert.False(await store.Remove(account.Guid, default));
        Assert.Null(await store.Caller(account.Guid.ToString("D"), isClient: false, default));
    }

    [Fact]
    public async Task A_client_is_somebody_too()
    {
        var client = new TokenClient("robot", null, Authority.Auditor, "hash", A.Noon);

        Assert.True(await store.AddClient(client, default));
        Assert.False(await store.AddClient(client, default));

        Assert.Equal(client, await store.FindClient("robot", default));
        Assert.Equal([client], await store.Clients(default));
        Assert.Equal(("robot", Authority.Auditor), await store.Caller("robot", isClient: true, default) is { } caller ? (caller.Name, caller.Authority) : default);
        Assert.Null(await store.Caller("robot", isClient: false, default));
        Assert.True(await store.RemoveClient("robot", default));
        Assert.Null(await store.FindClient("robot", default));
    }

    [Fact]
    public async Task Of_silos_that_make_a_key_at_once_one_has_made_it()
    {
        var keys = new TokenKeyStore(database);

        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(silo => keys.Add(new SealedKey(1, [(byte)silo], A.Noon), default)));
        await keys.Add(new SealedKey(2, [9], A.Noon), default);

        Assert.Single(made, each => each);
        Assert.Equal([1, 2], (await keys.Read(default)).Select(each => each.Number));
        await keys.Remove(1, default);
        Assert.Equal([9], Assert.Single(await keys.Read(default)).Sealed);
    }

    private async Task<Account> Somebody()
    {
        var account = new Account(Guid.NewGuid(), "somebody", null, null, null, Authority.None, IsListed: true, A.Noon, A.Noon);
        await store.Add(account, "hash", default);
        return account;
    }
}
