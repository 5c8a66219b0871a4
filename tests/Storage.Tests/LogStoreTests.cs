using System.Text;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Logs;

namespace Granary.Storage.Tests;

public sealed class SqliteLogStoreTests(SqliteDatabases databases) : LogStoreTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresLogStoreTests(PostgresDatabases databases) : LogStoreTests(databases), IClassFixture<PostgresDatabases>;

public abstract class LogStoreTests(TestDatabases databases) : IAsyncLifetime
{
    private readonly AppId app = new(Guid.NewGuid());
    private readonly AttemptKey attempt = new(Guid.NewGuid(), 1);
    private Database database = null!;
    private LogStore logs = null!;

    public async Task InitializeAsync()
    {
        database = await databases.CreateMigrated();
        logs = new LogStore(database, TimeProvider.System);
    }

    public Task DisposeAsync() => database.DisposeAsync().AsTask();

    [Fact]
    public async Task Lines_and_cursor_come_back_as_they_were_stored()
    {
        var after = new LogCursor(new OutputMarks(new OutputPosition(1, 1), "tail"), 2, false);
        byte[] bytes = [0, 255, 10, 200];

        var stored = await logs.Append(app, attempt, [Line(1, "hello", A.Noon), new NewLogLine(2, A.Noon.AddTicks(5), OutputStream.Error, "CELL", bytes)], LogCursor.Start, after, CancellationToken.None);

        Assert.True(stored);
        Assert.Equal(after, await logs.Cursor(attempt, CancellationToken.None));
        var lines = await logs.Read(new LogQuery(app), CancellationToken.None);
        Assert.Equal(["hello"], lines.Take(1).Select(Text));
        Assert.Equal(bytes, lines[1].Text.ToArray());
        Assert.Equal((2, OutputStream.Error, "CELL", attempt, app), (lines[1].Sequence, lines[1].Stream, lines[1].Source, lines[1].Attempt, lines[1].App));
        Assert.Equal(A.Noon.ToUnixTimeMilliseconds() * 1_000_000, lines[0].AtNanos);
        Assert.Equal(lines[0].AtNanos + 500, lines[1].AtNanos);
    }

    [Fact]
    public async Task An_attempt_without_lines_is_at_the_start() => Assert.Equal(LogCursor.Start, await logs.Cursor(attempt, CancellationToken.None));

    [Fact]
    public async Task Lines_behind_another_cursor_are_refused_and_nothing_is_stored()
    {
        var first = new LogCursor(new OutputMarks(new OutputPosition(1, 0), "t1"), 1, false);
        Assert.True(await logs.Append(app, attempt, [Line(1, "one")], LogCursor.Start, first, CancellationToken.None));

        var repeated = await logs.Append(app, attempt, [Line(1, "one")], LogCursor.Start, first, CancellationToken.None);
        var foreign = await logs.Append(app, attempt, [Line(2, "two")], first with { Marks = first.Marks with { Tail = "other" } }, first with { Sequence = 2 }, CancellationToken.None);
        var ahead = await logs.Append(app, new AttemptKey(Guid.NewGuid(), 1), [Line(2, "two")], first, first with { Sequence = 2 }, CancellationToken.None);

        Assert.Equal([false, false, false], [repeated, foreign, ahead]);
        Assert.Equal(["one"], (await logs.Read(new LogQuery(app), CancellationToken.None)).Select(Text));
        Assert.Equal(first, await logs.Cursor(attempt, CancellationToken.None));
    }

    [Fact]
    public async Task Of_two_writers_of_one_attempt_one_gets_on()
    {
        var after = new LogCursor(new OutputMarks(new OutputPosition(1, 0), "t"), 1, false);

        var stored = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => logs.Append(app, attempt, [Line(1, "one")], LogCursor.Start, after, CancellationToken.None))));

        Assert.Single(stored, success => success);
        Assert.Single(await logs.Read(new LogQuery(app), CancellationToken.None));
    }

    [Fact]
    public async Task A_log_is_closed_without_a_line()
    {
        var closed = LogCursor.Start with { Closed = true };

        Assert.True(await logs.Append(app, attempt, [], LogCursor.Start, closed, CancellationToken.None));

        Assert.Equal(closed, await logs.Cursor(attempt, CancellationToken.None));
        await logs.Trim(DateTimeOffset.UtcNow, TimeSpan.FromDays(1), long.MaxValue, CancellationToken.None);
        Assert.Equal(closed, await logs.Cursor(attempt, CancellationToken.None));
    }

    [Fact]
    public async Task Instants_rise_strictly_within_an_app_whatever_its_writers_say()
    {
        // Ten attempts, all of whose lines claim the same instant, and later ones an earlier one.
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(async () =>
        {
            var key = new AttemptKey(Guid.NewGuid(), 1);
            var cursor = LogCursor.Start;
            for (var batch = 0; batch < 5; batch++)
            {
                var next = cursor with { Sequence = cursor.Sequence + 3 };
                var lines = Enumerable.Range(1, 3).Select(index => Line(cursor.Sequence + index, $"{index}", A.Noon.AddSeconds(-batch))).ToArray();
                Assert.True(await logs.Append(app, key, lines, cursor, next, CancellationToken.None));
                cursor = next;
            }
        })));

        var stored = await logs.Read(new LogQuery(app), CancellationToken.None);

        Assert.Equal(150, stored.Length);
        Assert.Equal(150, stored.Select(line => line.AtNanos).Distinct().Count());
        foreach (var log in stored.GroupBy(line => line.Attempt))
        {
            Assert.Equal(Enumerable.Range(1, 15).Select(sequence => (long)sequence), log.Select(line => line.Sequence));
        }
    }

    [Fact]
    public async Task A_reader_gets_the_part_it_asks_for()
    {
        var other = new AttemptKey(attempt.Work, 2);
        var foreign = new AttemptKey(Guid.NewGuid(), 1);
        await logs.Append(app, attempt, [Line(1, "a"), Line(2, "b")], LogCursor.Start, LogCursor.Start with { Sequence = 2 }, CancellationToken.None);
        await logs.Append(app, other, [Line(1, "c")], LogCursor.Start, LogCursor.Start with { Sequence = 1 }, CancellationToken.None);
        await logs.Append(app, foreign, [Line(1, "d")], LogCursor.Start, LogCursor.Start with { Sequence = 1 }, CancellationToken.None);
        await logs.Append(new AppId(Guid.NewGuid()), new AttemptKey(Guid.NewGuid(), 1), [Line(1, "e")], LogCursor.Start, LogCursor.Start with { Sequence = 1 }, CancellationToken.None);
        var all = await logs.Read(new LogQuery(app), CancellationToken.None);

        Assert.Equal("abcd", await Read(new LogQuery(app)));
        Assert.Equal("dcba", await Read(new LogQuery(app, Descending: true)));
        Assert.Equal("dc", await Read(new LogQuery(app, Descending: true, CountMax: 2)));
        Assert.Equal("abc", await Read(new LogQuery(app, attempt.Work)));
        Assert.Equal("c", await Read(new LogQuery(app, attempt.Work, 2)));
        Assert.Equal("bc", await Read(new LogQuery(app, FromNanos: all[1].AtNanos, UntilNanos: all[3].AtNanos)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => logs.Read(new LogQuery(app, CountMax: 1001), CancellationToken.None));

        async Task<string> Read(LogQuery query) => string.Concat((await logs.Read(query, CancellationToken.None)).Select(Text));
    }

    [Fact]
    public async Task Old_lines_go_and_closed_logs_are_forgotten_with_them()
    {
        var now = DateTimeOffset.UtcNow;
        var closed = new LogCursor(new OutputMarks(new OutputPosition(2, 0), "t"), 2, true);
        await logs.Append(app, attempt, [Line(1, "old", now.AddDays(-8)), Line(2, "new", now.AddDays(-6))], LogCursor.Start, closed, CancellationToken.None);

        var removed = await logs.Trim(now, TimeSpan.FromDays(7), long.MaxValue, CancellationToken.None);

        Assert.Equal(1, removed);
        Assert.Equal(["new"], (await logs.Read(new LogQuery(app), CancellationToken.None)).Select(Text));
        Assert.Equal(closed, await logs.Cursor(attempt, CancellationToken.None));

        await logs.Trim(now.AddDays(8), TimeSpan.FromDays(7), long.MaxValue, CancellationToken.None);

        Assert.Empty(await logs.Read(new LogQuery(app), CancellationToken.None));
        Assert.Equal(LogCursor.Start, await logs.Cursor(attempt, CancellationToken.None));
    }

    [Fact]
    public async Task An_app_that_wrote_too_much_keeps_its_newest_lines_and_others_keep_all()
    {
        var quiet = new AppId(Guid.NewGuid());
        var lines = Enumerable.Range(1, 20).Select(index => Line(index, $"line {index:00}")).ToArray();
        await logs.Append(app, attempt, lines, LogCursor.Start, LogCursor.Start with { Sequence = 20 }, CancellationToken.None);
        await logs.Append(quiet, new AttemptKey(Guid.NewGuid(), 1), lines[..5], LogCursor.Start, LogCursor.Start with { Sequence = 5 }, CancellationToken.None);

        var bytesMax = 5 * (7L + LogStore.LineOverheadBytes);
        var removed = await logs.Trim(A.Noon, TimeSpan.FromDays(7), bytesMax, CancellationToken.None);
        var again = await logs.Trim(A.Noon, TimeSpan.FromDays(7), bytesMax, CancellationToken.None);

        Assert.Equal(15, removed);
        Assert.Equal(0, again);
        Assert.Equal(lines[15..].Select(line => Encoding.UTF8.GetString(line.Text.Span)), (await logs.Read(new LogQuery(app), CancellationToken.None)).Select(Text));
        Assert.Equal(5, (await logs.Read(new LogQuery(quiet), CancellationToken.None)).Length);
    }

    private static NewLogLine Line(long sequence, string text, DateTimeOffset? at = null) => new(sequence, at ?? A.Noon, OutputStream.Out, "APP/TASK/x", Encoding.UTF8.GetBytes(text));

    private static string Text(LogLine line) => Encoding.UTF8.GetString(line.Text.Span);
}
