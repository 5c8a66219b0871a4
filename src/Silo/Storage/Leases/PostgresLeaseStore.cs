using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Granary.Core.Cells;
using Granary.Core.Leases;
using Granary.Grains.Ports;
using Npgsql;

namespace Granary.Silo.Storage.Leases;

/// <summary>
/// The leases in the cluster's database, over connections of its own, so that no long query stands in their way. Each write locks first the roster, where the
/// roster may change or is judged by, and then the lease: always in this order, so that no two writers wait for each other.
/// </summary>
internal sealed class PostgresLeaseStore : ILeaseStore, IAsyncDisposable
{
    /// <summary>After this time nothing is waited for any more: whoever asks measures silence, and asks again.</summary>
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(2);

    /// <summary>A warden writes, reads and judges at once, and some of that may hang.</summary>
    private const int Connections = 8;

    private const string ReadRoster = "SELECT state FROM granary_roster";
    private const string LockRoster = "SELECT state FROM granary_roster FOR UPDATE";
    private const string LockLease = "SELECT state FROM granary_lease WHERE cell = $1 FOR UPDATE";
    private const string MakeLease = "INSERT INTO granary_lease (cell, standing, state) VALUES ($1, $2, $3) ON CONFLICT (cell) DO NOTHING";
    private const string WriteLease = "UPDATE granary_lease SET standing = $2, state = $3 WHERE cell = $1";
    private const string WriteRoster = "UPDATE granary_roster SET state = $1";
    private const string ReadLeases = "SELECT state FROM granary_lease ORDER BY cell";
    private const string ReadEnded = $"SELECT state FROM granary_lease WHERE standing IN ('{nameof(LeaseStanding.Lapsed)}', '{nameof(LeaseStanding.Confirmed)}') ORDER BY cell";

    /// <summary>What is lost with a crash of the database is a second of it, and whoever comes back waits longer than that before he judges.</summary>
    private const string DoNotWaitForTheDisk = "SET LOCAL synchronous_commit = off";

    private readonly NpgsqlDataSource dataSource;
    private readonly string place;

    public PostgresLeaseStore(StorageOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(((DatabaseAddress.Postgres)DatabaseAddress.Parse(options.Database)).ConnectionString)
        {
            MaxPoolSize = Connections,
            Timeout = (int)AnswerMax.TotalSeconds,
            CommandTimeout = (int)AnswerMax.TotalSeconds,
            CancellationTimeout = -1, // A database that hangs does not answer a cancellation either.
            MaxAutoPrepare = 10,
            ApplicationName = "granary lease",
        };
        place = PostgresDatabase.PlaceOf(settings);
        dataSource = NpgsqlDataSource.Create(settings);
    }

    public Task<LeaseAnswer> Write(CellId cell, LeaseEvent write, CancellationToken cancellation) => Answer(token => WriteOnce(cell, write, token), cancellation);

    public Task<LeaseReading> Read(CancellationToken cancellation) => Answer(
        async token =>
        {
            await using var connection = await dataSource.OpenConnectionAsync(token);
            await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, token);
            await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { new(ReadRoster), new(ReadLeases) } };
            await using var reader = await batch.ExecuteReaderAsync(token);
            var roster = Parse<Roster>((await States(reader, token)).Single());
            await reader.NextResultAsync(token);
            return new LeaseReading([.. (await States(reader, token)).Select(Parse<LeaseState>)], roster);
        },
        cancellation);

    public Task<IReadOnlyList<LeaseState>> Ended(CancellationToken cancellation) => Answer<IReadOnlyList<LeaseState>>(
        async token =>
        {
            await using var command = dataSource.CreateCommand(ReadEnded);
            await using var reader = await command.ExecuteReaderAsync(token);
            return [.. (await States(reader, token)).Select(Parse<LeaseState>)];
        },
        cancellation);

    public ValueTask DisposeAsync() => dataSource.DisposeAsync();

    private async Task<LeaseAnswer> WriteOnce(CellId cell, LeaseEvent write, CancellationToken cancellation)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var (before, roster) = await Lock(connection, transaction, cell, write, cancellation);
        var decision = LeaseMachine.Decide(before, roster, write);
        if (LeaseInvariants.Check(before, decision) is { IsEmpty: false } broken)
        {
            throw new UnreachableException($"{write} would break {string.Join("; ", broken)}");
        }

        if (!decision.Changes)
        {
            return new LeaseAnswer(false, before, roster);
        }

        var after = decision.Effects.Aggregate(roster, Apply);
        await Save(connection, transaction, decision.Next, after == roster ? null : after, cancellation);
        await transaction.CommitAsync(cancellation);
        return new LeaseAnswer(true, decision.Next, after);
    }

    private static async Task<(LeaseState Lease, Roster Roster)> Lock(NpgsqlConnection connection, NpgsqlTransaction transaction, CellId cell, LeaseEvent write, CancellationToken cancellation)
    {
        while (true)
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            if (write is LeaseEvent.Renewed or LeaseEvent.ServingSaid)
            {
                batch.BatchCommands.Add(new(DoNotWaitForTheDisk));
            }

            var isOfRoster = write is LeaseEvent.Taken or LeaseEvent.LapseJudged or LeaseEvent.UnservedJudged or LeaseEvent.StopConfirmed;
            batch.BatchCommands.Add(new(isOfRoster ? LockRoster : ReadRoster));
            batch.BatchCommands.Add(With(LockLease, cell.Name));
            await using (var reader = await batch.ExecuteReaderAsync(cancellation))
            {
                var roster = Parse<Roster>((await States(reader, cancellation)).Single());
                await reader.NextResultAsync(cancellation);
                if (await States(reader, cancellation) is [var state])
                {
                    return (Parse<LeaseState>(state), roster);
                }
            }

            await using var make = new NpgsqlBatch(connection, transaction) { BatchCommands = { Row(MakeLease, new LeaseState { Cell = cell }) } };
            await make.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static async Task Save(NpgsqlConnection connection, NpgsqlTransaction transaction, LeaseState lease, Roster? roster, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { Row(WriteLease, lease) } };
        if (roster is not null)
        {
            batch.BatchCommands.Add(With(WriteRoster, JsonSerializer.Serialize(roster, StateJson.Options)));
        }

        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static Roster Apply(Roster roster, LeaseEffect effect) => effect switch
    {
        LeaseEffect.JoinRoster join => roster.Join(join.Member),
        LeaseEffect.LeaveRoster leave => roster.Leave(leave.Member),
        _ => roster, // Attempts are moved by whoever sees the row.
    };

    /// <summary>An answer, or the fault in words, within <see cref="AnswerMax"/>: what hangs goes on by itself until its connection is given up.</summary>
    private async Task<T> Answer<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        enough.CancelAfter(AnswerMax);
        try
        {
            return await Task.Run(() => ask(enough.Token), cancellation).WaitAsync(AnswerMax, cancellation);
        }
        catch (OperationCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw StorageFaults.Translate(new TimeoutException($"no answer within {AnswerMax.TotalSeconds:0} s", fault), place)!;
        }
        catch (Exception fault) when (StorageFaults.Translate(fault, place) is { } clear)
        {
            throw clear;
        }
    }

    private static async Task<ImmutableArray<string>> States(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var states = ImmutableArray.CreateBuilder<string>();
        while (await reader.ReadAsync(cancellation))
        {
            states.Add(reader.GetString(0));
        }

        return states.ToImmutable();
    }

    private static NpgsqlBatchCommand Row(string sql, LeaseState lease) => With(sql, lease.Cell.Name, lease.Standing.ToString(), JsonSerializer.Serialize(lease, StateJson.Options));

    private static NpgsqlBatchCommand With(string sql, params string[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private static T Parse<T>(string text) => JsonSerializer.Deserialize<T>(text, StateJson.Options) ?? throw new JsonException($"A stored {typeof(T).Name} is null.");
}
