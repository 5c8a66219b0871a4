using System.Text.Json;
using Dapper;
using Granary.Core.Attempts;
using Granary.Grains.Ports;
using Granary.Silo.Storage.Migrations;

namespace Granary.Silo.Storage.Cells;

/// <summary>The journal of a cell: an SQLite file in the cell's folder, each write synced before the call returns; concurrent ones share a sync.</summary>
internal sealed class CellJournal : ICellJournal, IAsyncDisposable
{
    private const string FileName = "journal.db";
    private const string EngineName = "engine";
    private const string MarkerName = "marker";

    /// <summary>The silo that hands a cell over closes its last write within this; one process serves a cell at a time.</summary>
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);

    private readonly SqliteDatabase database;
    private readonly JournalWriter writer;

    /// <summary>The journal in a folder; nothing is touched before <see cref="Migrate"/>.</summary>
    public CellJournal(string folder)
    {
        database = new SqliteDatabase(Path.Combine(Path.GetFullPath(folder), FileName), BusyTimeout, CommandTimeout, "journal");
        writer = new JournalWriter(database);
    }

    /// <summary>Opens the journal in the cell's folder, which is made if there is none.</summary>
    public static async Task<CellJournal> Open(string folder, TimeProvider clock, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var journal = new CellJournal(folder);
        try
        {
            await journal.Migrate(clock, cancellation);
            return journal;
        }
        catch
        {
            await journal.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes the file if there is none, and brings it up to date. Before all else.</summary>
    public Task Migrate(TimeProvider clock, CancellationToken cancellation) => new Migrator(database, Migration.For(database), clock).Run(cancellation);

    public Task<IReadOnlyList<JournalEntry>> Entries(CancellationToken cancellation) =>
        database.Read<IReadOnlyList<JournalEntry>>(
            async connection => [.. (await connection.QueryAsync<string>(new CommandDefinition("SELECT entry FROM journal_entry ORDER BY work, attempt", cancellationToken: cancellation))).Select(Parse<JournalEntry>)],
            cancellation);

    public Task Write(JournalEntry entry, CancellationToken cancellation) =>
        Execute(
            "INSERT INTO journal_entry (work, attempt, entry) VALUES (@Work, @Number, @Entry) ON CONFLICT (work, attempt) DO UPDATE SET entry = excluded.entry",
            new { Work = entry.Attempt.Work.ToString("D"), entry.Attempt.Number, Entry = JsonSerializer.Serialize(entry, StateJson.Options) },
            cancellation);

    public Task Forget(AttemptKey attempt, CancellationToken cancellation) =>
        Execute("DELETE FROM journal_entry WHERE work = @Work AND attempt = @Number", new { Work = attempt.Work.ToString("D"), attempt.Number }, cancellation);

    public async Task<EngineRecord> EngineRecord(CancellationToken cancellation) =>
        await Value(EngineName, cancellation) is { } text ? Parse<EngineRecord>(text) : Core.Attempts.EngineRecord.Empty;

    public Task Write(EngineRecord record, CancellationToken cancellation) =>
        WriteValue(EngineName, JsonSerializer.Serialize(record, StateJson.Options), cancellation);

    public Task<string?> Marker(CancellationToken cancellation) => Value(MarkerName, cancellation);

    public Task WriteMarker(string marker, CancellationToken cancellation) => WriteValue(MarkerName, marker, cancellation);

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        await database.DisposeAsync();
    }

    private static T Parse<T>(string text) =>
        JsonSerializer.Deserialize<T>(text, StateJson.Options) ?? throw new JsonException($"A journalled {typeof(T).Name} is null.");

    private Task<string?> Value(string name, CancellationToken cancellation) =>
        database.Read(
            connection => connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition("SELECT value FROM journal_value WHERE name = @Name", new { Name = name }, cancellationToken: cancellation)),
            cancellation);

    private Task WriteValue(string name, string value, CancellationToken cancellation) =>
        Execute("INSERT INTO journal_value (name, value) VALUES (@Name, @Value) ON CONFLICT (name) DO UPDATE SET value = excluded.value", new { Name = name, Value = value }, cancellation);

    private Task Execute(string sql, object parameters, CancellationToken cancellation) => writer.Write(sql, parameters, cancellation);
}
