using System.Diagnostics;
using Dapper;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Leases;
using Granary.Silo.Storage.Migrations;
using Granary.Testing;
using Npgsql;

namespace Granary.Storage.Tests;

public sealed class LeaseStoreTests(PostgresDatabases databases) : IClassFixture<PostgresDatabases>, IAsyncLifetime
{
    private static readonly CellId One = new("cell-1");
    private static readonly CellId Two = new("cell-2");

    private string setting = "";
    private Database? database;
    private PostgresLeaseStore? store;

    private Database Database => database!;

    private PostgresLeaseStore Store => store!;

    public async Task InitializeAsync()
    {
        setting = await databases.Create();
        database = Database.Open(new StorageOptions { Database = setting });
        await new Migrator(database, Migration.For(database), TimeProvider.System).Run(default);
        store = AnotherStore();
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        await Database.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_is_taken_renewed_judged_confirmed_and_taken_again_and_the_roster_goes_with_it()
    {
        await Done(One, new LeaseEvent.Taken("warden-1", 0));
        var joined = await Done(Two, new LeaseEvent.Taken("warden-2", 0));
        var renewed = await Done(One, new LeaseEvent.Renewed(1, joined.Roster.Version));
        var served = await Done(One, new LeaseEvent.ServingTaken("silo-1", 0));
        await Done(One, new LeaseEvent.ServingSaid(1));
        var lapsed = await Done(One, new LeaseEvent.LapseJudged(Two, renewed.Lease.Number, IsUnconfirmed: false));
        var ended = await Store.Ended(default);
        var confirmed = await Done(One, new LeaseEvent.StopConfirmed(1));
        var again = await Done(One, new LeaseEvent.Taken("warden-1b", 1));

        Assert.Equal((2, 2), (joined.Roster.Version, joined.Roster.Members.Count));
        Assert.Equal((LeaseStanding.Held, 1, 2, 2), (renewed.Lease.Standing, renewed.Lease.Epoch, renewed.Lease.Number, renewed.Lease.RosterVersion));
        Assert.Equal((1, "silo-1"), (served.Lease.ServingEpoch, served.Lease.Server));
        Assert.Equal((3, false), (lapsed.Roster.Version, lapsed.Roster.Has(One)));
        Assert.Equal(lapsed.Lease, Assert.Single(ended));
        Assert.Equal(LeaseStanding.Confirmed, confirmed.Lease.Standing);
        Assert.Equal((LeaseStanding.Held, 2, "warden-1b"), (again.Lease.Standing, again.Lease.Epoch, again.Lease.Holder));
        Assert.Empty(await Store.Ended(default));
        var reading = await Store.Read(default);
        Assert.Equal([again.Lease, joined.Lease], reading.Leases.OrderBy(each => each.Cell.Name, StringComparer.Ordinal).ToArray());
        Assert.Equal((4, 4L), (reading.Roster.Version, reading.Roster.Members["cell-1"]));
    }

    [Fact]
    public async Task A_write_whose_condition_does_not_hold_changes_nothing_and_shows_the_row()
    {
        var taken = await Done(One, new LeaseEvent.Taken("warden-1", 0));

        LeaseAnswer[] refused =
        [
            await Store.Write(One, new LeaseEvent.Taken("warden-2", 0), default),
            await Store.Write(One, new LeaseEvent.Renewed(2, 1), default),
            await Store.Write(One, new LeaseEvent.LapseJudged(Two, 1, IsUnconfirmed: true), default),
            await Store.Write(One, new LeaseEvent.UnservedJudged(Two, 0, 1), default),
            await Store.Write(One, new LeaseEvent.StopConfirmed(1), default),
        ];

        Assert.All(refused, each => Assert.Equal((false, taken.Lease), (each.IsDone, each.Lease)));
        Assert.All(refused, each => Assert.Equal(1, each.Roster.Version));
        Assert.Equal(taken.Lease, Assert.Single((await Store.Read(default)).Leases));
    }

    [Fact]
    public async Task Of_many_who_take_a_lease_at_once_each_epoch_goes_to_one()
    {
        for (var epoch = 0; epoch < 10; epoch++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(each => Store.Write(One, new LeaseEvent.Taken($"warden-{each}", epoch), default)));

            var winner = Assert.Single(answers, each => each.IsDone);
            Assert.All(answers, each => Assert.Equal((winner.Lease.Holder, epoch + 1), (each.Lease.Holder, each.Lease.Epoch)));
        }
    }

    [Fact]
    public async Task Judges_takers_and_renewals_at_once_neither_wait_for_each_other_nor_agree_on_what_cannot_be()
    {
        CellId[] cells = [One, Two, new("cell-3"), new("cell-4")];
        await using var other = AnotherStore();
        foreach (var cell in cells)
        {
            await Done(cell, new LeaseEvent.Taken("warden", 0));
        }

        // Each cell in turn is judged by two others, one on each store, while its warden renews, gives up, confirms and takes it again.
        for (var round = 0; round < 15; round++)
        {
            var leases = (await Store.Read(default)).Leases.ToDictionary(each => each.Cell);
            await Task.WhenAll(cells.SelectMany((cell, place) => new Func<Task<LeaseAnswer>>[]
            {
                () => Store.Write(cell, new LeaseEvent.LapseJudged(cells[(place + 1) % cells.Length], leases[cell].Number, IsUnconfirmed: true), default),
                () => other.Write(cell, new LeaseEvent.LapseJudged(cells[(place + 2) % cells.Length], leases[cell].Number, IsUnconfirmed: true), default),
                () => other.Write(cell, new LeaseEvent.Renewed(leases[cell].Epoch, 1), default),
                () => Store.Write(cell, new LeaseEvent.Taken("again", leases[cell].Epoch), default),
            }).Select(write => write()));
            var after = await Store.Read(default);
            Assert.All(after.Leases, each => Assert.Equal(each.Standing == LeaseStanding.Held, after.Roster.Has(each.Cell)));
            foreach (var lease in after.Leases.Where(each => each.Standing == LeaseStanding.Lapsed))
            {
                await Done(lease.Cell, new LeaseEvent.StopConfirmed(lease.Epoch));
                await Done(lease.Cell, new LeaseEvent.Taken("back", lease.Epoch));
            }
        }
    }

    [Fact]
    public async Task A_row_that_another_keeps_locked_is_given_up_in_time_and_nothing_is_left_waiting_on_the_server()
    {
        await Done(One, new LeaseEvent.Taken("warden-1", 0));
        await using var locker = new NpgsqlConnection($"{setting};Pooling=false");
        await locker.OpenAsync();
        await using var transaction = await locker.BeginTransactionAsync();
        await locker.ExecuteAsync("SELECT state FROM granary_lease FOR UPDATE", transaction: transaction);

        await GivesUp(() => Store.Write(One, new LeaseEvent.Renewed(1, 1), default));

        Assert.Single((await Store.Read(default)).Leases);
        await Eventually(async () => await locker.ExecuteScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", transaction: transaction) == 0);
        await transaction.RollbackAsync();
        Assert.Equal(2, (await Done(One, new LeaseEvent.Renewed(1, 1))).Lease.Number);
    }

    [Fact]
    public async Task A_database_that_hangs_is_given_up_in_time_as_often_as_it_is_asked()
    {
        await Done(One, new LeaseEvent.Taken("warden-1", 0));
        var backends = (await Database.Read(connection => connection.QueryAsync<int>("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'granary-lease'"), default)).ToArray();
        Assert.NotEmpty(backends);
        Array.ForEach(backends, Signal.Stop.To);
        try
        {
            // Those that hang are not used again; what is new answers.
            await Task.WhenAll(backends.Select(_ => GivesUp(() => Store.Write(One, new LeaseEvent.Renewed(1, 1), default))));
            await Eventually(async () => (await Store.Read(default)).Leases.Length == 1);
        }
        finally
        {
            Array.ForEach(backends, Signal.Continue.To);
        }
    }

    [Fact]
    public async Task Who_is_stopped_amid_a_write_does_not_keep_the_roster()
    {
        await Done(One, new LeaseEvent.Taken("warden-1", 0));
        await using var stopped = new NpgsqlConnection($"{setting};Pooling=false");
        await stopped.OpenAsync();
        await stopped.ExecuteAsync("BEGIN; SELECT set_config('idle_in_transaction_session_timeout', '1800', true); SELECT state FROM granary_roster FOR UPDATE");

        await Eventually(async () => (await Store.Write(One, new LeaseEvent.Taken("warden-1b", 1), default)).Lease.Epoch == 2);
    }

    [Fact]
    public async Task A_store_without_its_database_says_so_in_words()
    {
        await using var nowhere = PostgresLeaseStore.Open(new StorageOptions { Database = "Host=127.0.0.1;Port=1;Database=granary;Username=granary" })!;

        var fault = await Assert.ThrowsAsync<DatabaseUnavailableException>(() => nowhere.Read(default));

        Assert.Contains("PostgreSQL database granary at 127.0.0.1:1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SQLite_keeps_no_leases() => Assert.Null(PostgresLeaseStore.Open(new StorageOptions { Database = "sqlite:/tmp/granary.db" }));

    private static async Task GivesUp(Func<Task> call)
    {
        var began = Stopwatch.GetTimestamp();

        await Assert.ThrowsAsync<DatabaseUnavailableException>(call);

        // Far below what the other connections of the silo would wait; above it only by a machine under load.
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 1.5, 10);
    }

    /// <summary>Repeats a question that may be given up until it is answered with yes.</summary>
    private static async Task Eventually(Func<Task<bool>> question)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30);)
        {
            try
            {
                if (await question())
                {
                    return;
                }

                await Task.Delay(50);
            }
            catch (DatabaseUnavailableException)
            {
                // Asked again.
            }
        }

        Assert.Fail("Waited 30 s in vain.");
    }

    private async Task<LeaseAnswer> Done(CellId cell, LeaseEvent write)
    {
        var answer = await Store.Write(cell, write, default);
        Assert.True(answer.IsDone, $"{write} was refused: {answer.Lease}, {answer.Roster}");
        return answer;
    }

    private PostgresLeaseStore AnotherStore() => PostgresLeaseStore.Open(new StorageOptions { Database = setting })!;
}
