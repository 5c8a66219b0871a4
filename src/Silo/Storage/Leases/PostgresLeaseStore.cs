using System.Collections.Immutable;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Grains.Ports;
using Npgsql;

namespace Granary.Silo.Storage.Leases;

/// <summary>
/// Leases and roster in PostgreSQL. A write is one transaction in two trips: the rows are locked and read, the machine decides here, and the result is written. Whoever changes the roster or
/// judges by it locks it first and a lease second, so that no two wait for each other. The server ends what takes too long as well: a process that is stopped amid a
/// write must not keep the roster from the others.
/// </summary>
internal sealed class PostgresLeaseStore : ILeaseStore, IAsyncDisposable
{
    /// <summary>A call without an answer is given up after this time; the silence that it adds to is measured in seconds.</summary>
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(2);

    /// <summary>The same for the server, a little less, so that what it gives up itself is told in its words.</summary>
    private const int ServerMs = 1800;

    /// <summary>A warden renews, reads and judges, and calls without an answer overlap for two seconds at most.</summary>
    private const int PoolSize = 8;

    private readonly SpareThreads spare = new(PoolSize);
    private readonly NpgsqlDataSource dataSource;
    private readonly string place;

    public PostgresLeaseStore(string connectionString, StorageOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = PoolSize,
            MaxAutoPrepare = options.PreparedStatements,
            Timeout = (int)AnswerMax.TotalSeconds,
            CommandTimeout = (int)AnswerMax.TotalSeconds,
            // A database that hangs would not answer a cancellation either.
            CancellationTimeout = -1,
            ApplicationName = "granary-lease",
        };
        place = PostgresDatabase.PlaceOf(settings);
        dataSource = NpgsqlDataSource.Create(settings);
    }

    /// <summary>Null for a database that keeps no leases: it has a single silo.</summary>
    public static PostgresLeaseStore? Open(StorageOptions options) =>
        DatabaseAddress.Parse(options.Database) is DatabaseAddress.Postgres postgres ? new PostgresLeaseStore(postgres.ConnectionString, options) : null;

    public Task<LeaseAnswer> Write(CellId cell, LeaseEvent write, CancellationToken cancellation) => Within((connection, limit) => Write(connection, cell, write, limit), cancellation);

    public Task<LeaseReading> Read(CancellationToken cancellation) => Within((connection, _) => ReadAll(connection), cancellation);

    public Task<IReadOnlyList<LeaseState>> Ended(CancellationToken cancellation) => Within((connection, _) => ReadEnded(connection), cancellation);

    public async ValueTask DisposeAsync()
    {
        await dataSource.DisposeAsync();
        spare.Dispose();
    }

    private static async Task<LeaseAnswer> Write(NpgsqlConnection connection, CellId cell, LeaseEvent write, CancellationToken limit)
    {
        var (before, roster) = await Lock(connection, cell, write);
        var decision = LeaseMachine.Decide(before, roster, write);
        if (LeaseInvariants.Check(before, decision) is { IsEmpty: false } broken)
        {
            throw new InvalidOperationException($"{write} of the lease of {cell} would break what always holds: {string.Join("; ", broken)}.");
        }

        var next = decision.Effects.Aggregate(roster, Apply);
        limit.ThrowIfCancellationRequested(); // Nobody waits for it any more.
        await Save(connection, decision.Changes ? decision.Next : null, next.Version != roster.Version ? next : null);
        return new LeaseAnswer(decision.Changes, decision.Next, next);
    }

    private static async Task<LeaseReading> ReadAll(NpgsqlConnection connection)
    {
        // One statement is one snapshot. No cell has an empty name.
        await using var command = new NpgsqlCommand("SELECT '', state FROM granary_roster UNION ALL SELECT cell, state FROM granary_lease", connection);
        await using var rows = await command.ExecuteReaderAsync();
        var leases = ImmutableArray.CreateBuilder<LeaseState>();
        var roster = Roster.Empty;
        while (await rows.ReadAsync())
        {
            if (rows.GetString(0).Length == 0)
            {
                roster = LeaseJson.Roster(rows.GetString(1));
            }
            else
            {
                leases.Add(LeaseJson.Lease(rows.GetString(1)));
            }
        }

        return new LeaseReading(leases.ToImmutable(), roster);
    }

    private static async Task<IReadOnlyList<LeaseState>> ReadEnded(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand($"SELECT state FROM granary_lease WHERE standing IN ('{LeaseStanding.Lapsed}', '{LeaseStanding.Confirmed}')", connection);
        await using var rows = await command.ExecuteReaderAsync();
        var leases = new List<LeaseState>();
        while (await rows.ReadAsync())
        {
            leases.Add(LeaseJson.Lease(rows.GetString(0)));
        }

        return leases;
    }

    private static async Task<(LeaseState Lease, Roster Roster)> Lock(NpgsqlConnection connection, CellId cell, LeaseEvent write)
    {
        var isRoutine = write is LeaseEvent.Renewed or LeaseEvent.ServingSaid;
        var touchesRoster = write is LeaseEvent.Taken or LeaseEvent.LapseJudged or LeaseEvent.UnservedJudged or LeaseEvent.StopConfirmed;
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("BEGIN ISOLATION LEVEL READ COMMITTED"),
                // A lost renewal only shows a smaller number, which to a judge is a sign of life.
                new($"SELECT set_config('statement_timeout', '{ServerMs}', true), set_config('idle_in_transaction_session_timeout', '{ServerMs}', true){(isRoutine ? ", set_config('synchronous_commit', 'off', true)" : "")}"),
                new($"SELECT state FROM granary_roster{(touchesRoster ? " FOR UPDATE" : "")}"),
                new("INSERT INTO granary_lease (cell, standing, state) VALUES ($1, $2, $3) ON CONFLICT (cell) DO NOTHING")
                {
                    Parameters = { new() { Value = cell.Name }, new() { Value = nameof(LeaseStanding.Absent) }, new() { Value = LeaseJson.Text(new LeaseState { Cell = cell }) } },
                },
                new("SELECT state FROM granary_lease WHERE cell = $1 FOR UPDATE") { Parameters = { new() { Value = cell.Name } } },
            },
        };
        await using var rows = await batch.ExecuteReaderAsync();
        await rows.NextResultAsync(); // Past the settings, which are the first that return a row.
        await rows.ReadAsync();
        var roster = LeaseJson.Roster(rows.GetString(0));
        await rows.NextResultAsync();
        await rows.ReadAsync();
        return (LeaseJson.Lease(rows.GetString(0)), roster);
    }

    /// <param name="lease">Null if it stays as it is; so the roster.</param>
    private static async Task Save(NpgsqlConnection connection, LeaseState? lease, Roster? roster)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (lease is not null)
        {
            batch.BatchCommands.Add(new("UPDATE granary_lease SET standing = $2, state = $3 WHERE cell = $1")
            {
                Parameters = { new() { Value = lease.Cell.Name }, new() { Value = lease.Standing.ToString() }, new() { Value = LeaseJson.Text(lease) } },
            });
        }

        if (roster is not null)
        {
            batch.BatchCommands.Add(new("UPDATE granary_roster SET state = $1") { Parameters = { new() { Value = LeaseJson.Text(roster) } } });
        }

        batch.BatchCommands.Add(new("COMMIT"));
        await batch.ExecuteNonQueryAsync();
    }

    private static Roster Apply(Roster roster, LeaseEffect effect) => effect switch
    {
        LeaseEffect.JoinRoster join => roster.Join(join.Member),
        LeaseEffect.LeaveRoster leave => roster.Leave(leave.Member),
        _ => roster,
    };

    /// <summary>
    /// Works on a connection of its own and gives up in time. What is given up is not cancelled, which would take a word with a database that hangs: the driver's own limits end it soon
    /// after, and it begins nothing more.
    /// </summary>
    private async Task<T> Within<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            return await Run(limit.Token).WaitAsync(AnswerMax, cancellation);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // A warden that is a service may be there before the first silo of all.
            throw new DatabaseUnavailableException($"{place} has no leases yet; a silo that starts makes them, or 'granary migrate'.", missing);
        }
        catch (Exception fault) when (StorageFaults.Translate(fault, place) is { } clear)
        {
            await limit.CancelAsync();
            throw clear;
        }

        async Task<T> Run(CancellationToken givenUp)
        {
            await using var connection = await dataSource.OpenConnectionAsync(CancellationToken.None);
            return await work(connection, givenUp);
        }
    }
}
