using System.Collections.Immutable;
using System.Data.Common;
using Dapper;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Logs;

/// <summary>
/// Log lines in the database of the states.
/// 1. Lines and cursor change in one transaction: what the cursor counts is there, once.
/// 2. Instants are strictly rising within an app, in the order in which they become visible: a writer holds the app's row until it commits.
/// </summary>
internal sealed class LogStore(Database database, TimeProvider clock) : ILogStore
{
    /// <summary>What a line takes beside its text, in bytes: row header, keys and three index entries, rounded. Without it empty lines would cost nothing.</summary>
    public const int LineOverheadBytes = 200;

    /// <summary>Lines removed in one transaction, so that writers do not wait long for a trim.</summary>
    private const int TrimBatch = 5000;

    private const string CursorColumns = "out_lines AS \"Out\", error_lines AS \"Error\", tail AS \"Tail\", sequence AS \"Sequence\", closed AS \"Closed\"";

    private const string InsertCursor = """
        INSERT INTO granary_log_cursor (work, attempt, out_lines, error_lines, tail, sequence, closed, updated_nanos)
        VALUES (@Work, @Attempt, @Out, @Error, @Tail, @Sequence, @Closed, @Now)
        ON CONFLICT DO NOTHING
        """;

    private const string MoveCursor = """
        UPDATE granary_log_cursor
        SET out_lines = @Out, error_lines = @Error, tail = @Tail, sequence = @Sequence, closed = @Closed, updated_nanos = @Now
        WHERE work = @Work AND attempt = @Attempt
            AND out_lines = @OutBefore AND error_lines = @ErrorBefore AND tail = @TailBefore AND sequence = @SequenceBefore AND closed = @ClosedBefore
        """;

    private const string LockApp = """
        INSERT INTO granary_log_app (app, last_nanos, bytes) VALUES (@App, 0, 0)
        ON CONFLICT (app) DO UPDATE SET last_nanos = granary_log_app.last_nanos
        RETURNING last_nanos
        """;

    private const string GrowApp = "UPDATE granary_log_app SET last_nanos = @Last, bytes = bytes + @Bytes WHERE app = @App";

    private const string InsertLine = """
        INSERT INTO granary_log (app, work, attempt, sequence, at_nanos, stream, source, text)
        VALUES (@App, @Work, @Attempt, @Sequence, @At, @Stream, @Source, @Text)
        """;

    private const string InsertLines = """
        INSERT INTO granary_log (app, work, attempt, sequence, at_nanos, stream, source, text)
        SELECT @App, @Work, @Attempt, line.* FROM unnest(@Sequences, @Ats, @Streams, @Sources, @Texts) AS line
        """;

    private readonly SqlDialect dialect = database.Dialect;

    public Task<bool> Append(AppId app, AttemptKey attempt, IReadOnlyList<NewLogLine> lines, LogCursor before, LogCursor after, CancellationToken cancellation) =>
        database.Write(
            async (connection, transaction) =>
            {
                if (!await Move(connection, transaction, attempt, before, after, cancellation))
                {
                    return false;
                }

                if (lines.Count > 0)
                {
                    await Insert(connection, transaction, app, attempt, lines, cancellation);
                }

                return true;
            },
            cancellation);

    public Task<LogCursor> Cursor(AttemptKey attempt, CancellationToken cancellation) =>
        database.Read(
            async connection =>
            {
                var command = new CommandDefinition(
                    $"SELECT {CursorColumns} FROM granary_log_cursor WHERE work = @Work AND attempt = @Number",
                    new { Work = dialect.Guid(attempt.Work), attempt.Number },
                    cancellationToken: cancellation);
                return await connection.QuerySingleOrDefaultAsync<CursorRow>(command) is { } row
                    ? new LogCursor(new OutputMarks(new OutputPosition(row.Out, row.Error), row.Tail), row.Sequence, row.Closed)
                    : LogCursor.Start;
            },
            cancellation);

    public Task<ImmutableArray<LogLine>> Read(LogQuery query, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.CountMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.CountMax, 1000);
        var sql = $"""
            SELECT work, attempt, sequence, at_nanos, stream, source, text FROM granary_log
            WHERE app = @App AND at_nanos >= @From AND at_nanos < @Until
                {(query.Work is null ? "" : "AND work = @Work")} {(query.Attempt is null ? "" : "AND attempt = @Attempt")}
            ORDER BY at_nanos {(query.Descending ? "DESC" : "ASC")} LIMIT @Max
            """;
        var parameters = new DynamicParameters();
        parameters.Add("App", dialect.Guid(query.App.Value));
        parameters.Add("From", query.FromNanos);
        parameters.Add("Until", query.UntilNanos);
        parameters.Add("Max", query.CountMax);
        if (query.Work is { } work)
        {
            parameters.Add("Work", dialect.Guid(work));
        }

        if (query.Attempt is { } attempt)
        {
            parameters.Add("Attempt", attempt);
        }

        return database.Read(
            async connection =>
            {
                await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellation));
                var lines = ImmutableArray.CreateBuilder<LogLine>();
                while (await reader.ReadAsync(cancellation))
                {
                    lines.Add(Line(query.App, reader));
                }

                return lines.ToImmutable();
            },
            cancellation);
    }

    public async Task<long> Trim(DateTimeOffset now, TimeSpan ageMax, long bytesMax, CancellationToken cancellation)
    {
        var oldest = Nanos(now - ageMax);
        var apps = await database.Read(
            async connection => (await connection.QueryAsync<AppRow>(new CommandDefinition("SELECT app AS \"App\", bytes AS \"Bytes\" FROM granary_log_app", cancellationToken: cancellation))).AsList(),
            cancellation);
        var removed = 0L;
        foreach (var app in apps)
        {
            removed += await RemoveUpTo(app.App, oldest - 1, cancellation);
            if (app.Bytes > bytesMax)
            {
                removed += await RemoveUpTo(app.App, await LastBeyond(app.App, bytesMax, cancellation), cancellation);
            }
        }

        await ForgetClosed(oldest, cancellation);
        return removed;
    }

    private static long Nanos(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;

    private static LogLine Line(AppId app, DbDataReader reader) => new(
        app,
        new AttemptKey(SqlDialect.ToGuid(reader.GetValue(0)), reader.GetInt32(1)),
        reader.GetInt64(2),
        reader.GetInt64(3),
        (OutputStream)reader.GetInt16(4),
        reader.GetString(5),
        (byte[])reader.GetValue(6));

    private async Task<bool> Move(DbConnection connection, DbTransaction transaction, AttemptKey attempt, LogCursor before, LogCursor after, CancellationToken cancellation)
    {
        var row = new
        {
            Work = dialect.Guid(attempt.Work),
            Attempt = attempt.Number,
            after.Marks.Position.Out,
            after.Marks.Position.Error,
            after.Marks.Tail,
            after.Sequence,
            after.Closed,
            OutBefore = before.Marks.Position.Out,
            ErrorBefore = before.Marks.Position.Error,
            TailBefore = before.Marks.Tail,
            SequenceBefore = before.Sequence,
            ClosedBefore = before.Closed,
            Now = Nanos(clock.GetUtcNow()),
        };
        return (before == LogCursor.Start && await connection.ExecuteAsync(new CommandDefinition(InsertCursor, row, transaction, cancellationToken: cancellation)) == 1)
            || await connection.ExecuteAsync(new CommandDefinition(MoveCursor, row, transaction, cancellationToken: cancellation)) == 1;
    }

    private async Task Insert(DbConnection connection, DbTransaction transaction, AppId app, AttemptKey attempt, IReadOnlyList<NewLogLine> lines, CancellationToken cancellation)
    {
        var last = await connection.ExecuteScalarAsync<long>(new CommandDefinition(LockApp, new { App = dialect.Guid(app.Value) }, transaction, cancellationToken: cancellation));
        var bytes = 0L;
        var ats = new long[lines.Count];
        for (var index = 0; index < ats.Length; index++)
        {
            last = Math.Max(last + 1, Nanos(lines[index].At));
            ats[index] = last;
            bytes += lines[index].Text.Length + LineOverheadBytes;
        }

        await connection.ExecuteAsync(InsertCommand(transaction, app, attempt, lines, ats, cancellation));
        await connection.ExecuteAsync(new CommandDefinition(GrowApp, new { App = dialect.Guid(app.Value), Last = last, Bytes = bytes }, transaction, cancellationToken: cancellation));
    }

    /// <summary>One statement where a round trip costs; one for each line where it does not and arrays are unknown.</summary>
    private CommandDefinition InsertCommand(DbTransaction transaction, AppId app, AttemptKey attempt, IReadOnlyList<NewLogLine> lines, long[] ats, CancellationToken cancellation)
    {
        var appGuid = dialect.Guid(app.Value);
        var work = dialect.Guid(attempt.Work);
        if (dialect == SqlDialect.Postgres)
        {
            var columns = new
            {
                App = appGuid,
                Work = work,
                Attempt = attempt.Number,
                Sequences = lines.Select(line => line.Sequence).ToArray(),
                Ats = ats,
                Streams = lines.Select(line => (short)line.Stream).ToArray(),
                Sources = lines.Select(line => line.Source).ToArray(),
                Texts = lines.Select(line => line.Text.ToArray()).ToArray(),
            };
            return new CommandDefinition(InsertLines, columns, transaction, cancellationToken: cancellation);
        }

        var rows = lines.Select((line, index) => new
        {
            App = appGuid,
            Work = work,
            Attempt = attempt.Number,
            line.Sequence,
            At = ats[index],
            Stream = (int)line.Stream,
            line.Source,
            Text = line.Text.ToArray(),
        });
        return new CommandDefinition(InsertLine, rows.ToArray(), transaction, cancellationToken: cancellation);
    }

    /// <summary>The instant of the newest line that does not fit, when the newest lines are kept; below all lines when all fit.</summary>
    private Task<long> LastBeyond(object app, long bytesMax, CancellationToken cancellation) =>
        database.Read(
            connection => connection.ExecuteScalarAsync<long>(new CommandDefinition(
                """
                SELECT coalesce(max(at_nanos), -1) FROM
                (
                    SELECT at_nanos, sum(length(text) + @Overhead) OVER (ORDER BY at_nanos DESC) AS kept FROM granary_log WHERE app = @App
                ) AS line
                WHERE kept > @Max
                """,
                new { App = app, Max = bytesMax, Overhead = (long)LineOverheadBytes },
                cancellationToken: cancellation)),
            cancellation);

    private async Task<long> RemoveUpTo(object app, long nanos, CancellationToken cancellation)
    {
        var removed = 0L;
        while (true)
        {
            var batch = await database.Write(
                async (connection, transaction) =>
                {
                    // The app's row first, as a writer does, so that the two never wait for each other.
                    await connection.ExecuteScalarAsync<long>(new CommandDefinition(LockApp, new { App = app }, transaction, cancellationToken: cancellation));
                    var sizes = (await connection.QueryAsync<long>(new CommandDefinition(
                        """
                        DELETE FROM granary_log WHERE app = @App AND at_nanos IN
                            (SELECT at_nanos FROM granary_log WHERE app = @App AND at_nanos <= @Last ORDER BY at_nanos LIMIT @Batch)
                        RETURNING length(text)
                        """,
                        new { App = app, Last = nanos, Batch = TrimBatch },
                        transaction,
                        cancellationToken: cancellation))).AsList();
                    var bytes = sizes.Sum() + ((long)sizes.Count * LineOverheadBytes);
                    await connection.ExecuteAsync(new CommandDefinition("UPDATE granary_log_app SET bytes = bytes - @Bytes WHERE app = @App", new { App = app, Bytes = bytes }, transaction, cancellationToken: cancellation));
                    return sizes.Count;
                },
                cancellation);
            removed += batch;
            if (batch < TrimBatch)
            {
                return removed;
            }
        }
    }

    /// <summary>A closed log gets no further lines, so that its cursor may go with the age of its last change.</summary>
    private Task<int> ForgetClosed(long oldest, CancellationToken cancellation) =>
        database.Write(
            (connection, transaction) => connection.ExecuteAsync(new CommandDefinition("DELETE FROM granary_log_cursor WHERE closed AND updated_nanos < @Oldest", new { Oldest = oldest }, transaction, cancellationToken: cancellation)),
            cancellation);

    private sealed class CursorRow
    {
        public long Out { get; init; }

        public long Error { get; init; }

        public string Tail { get; init; } = "";

        public long Sequence { get; init; }

        public bool Closed { get; init; }
    }

    private sealed class AppRow
    {
        public object App { get; init; } = "";

        public long Bytes { get; init; }
    }
}
