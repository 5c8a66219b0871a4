using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Grains.Ports;

/// <summary>One line of log, as it is kept and shown.</summary>
/// <param name="Sequence">Its place within the attempt, from 1.</param>
/// <param name="AtNanos">Nanoseconds since 1970, UTC; strictly rising within an app, because clients continue from the last instant they saw (cf logs).</param>
/// <param name="Source">The tag, for example APP/TASK/migrate or CELL.</param>
/// <param name="Text">The bytes as written, without line end.</param>
public sealed record LogLine(AppId App, AttemptKey Attempt, long Sequence, long AtNanos, OutputStream Stream, string Source, ReadOnlyMemory<byte> Text);

/// <summary>How far the output of an attempt was stored. Written in the transaction that writes the lines.</summary>
/// <param name="Marks">By what a reader finds the place again in the engine's own copy.</param>
/// <param name="Sequence">The last sequence number given.</param>
/// <param name="Closed">The exit line was written; nothing follows.</param>
public sealed record LogCursor(OutputMarks Marks, long Sequence, bool Closed)
{
    public static readonly LogCursor Start = new(OutputMarks.Start, 0, false);
}

/// <summary>A line to be stored; the store gives it its instant.</summary>
public sealed record NewLogLine(long Sequence, DateTimeOffset At, OutputStream Stream, string Source, ReadOnlyMemory<byte> Text);

/// <param name="App">The app whose log is read.</param>
/// <param name="Work">Only this task or instance; null for all of the app.</param>
/// <param name="Attempt">Only this attempt; null for all.</param>
/// <param name="FromNanos">From this instant on, inclusive.</param>
/// <param name="UntilNanos">Up to this instant, exclusive.</param>
/// <param name="Descending">The newest lines first.</param>
/// <param name="CountMax">At most this many lines; range 1 to 1,000.</param>
public sealed record LogQuery(AppId App, Guid? Work = null, int? Attempt = null, long FromNanos = 0, long UntilNanos = long.MaxValue, bool Descending = false, int CountMax = 1000);

/// <summary>Keeps log lines by app, task and attempt; they outlive container, engine and silo.</summary>
public interface ILogStore
{
    /// <summary>Stores lines and cursor in one transaction. Refuses (returns false) when the stored cursor is not <paramref name="before"/>: somebody else writes this attempt's log.</summary>
    Task<bool> Append(AppId app, AttemptKey attempt, IReadOnlyList<NewLogLine> lines, LogCursor before, LogCursor after, CancellationToken cancellation);

    Task<LogCursor> Cursor(AttemptKey attempt, CancellationToken cancellation);

    Task<ImmutableArray<LogLine>> Read(LogQuery query, CancellationToken cancellation);

    /// <summary>Removes lines older than <paramref name="ageMax"/>, and the oldest lines of each app beyond <paramref name="bytesMax"/>; returns how many.</summary>
    Task<long> Trim(DateTimeOffset now, TimeSpan ageMax, long bytesMax, CancellationToken cancellation);
}
