using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Grains.Ports;

namespace Granary.Grains.Cells;

/// <summary>
/// Carries the output of one attempt into the log store, in batches, each with the cursor from which a later process continues.
/// Lines beyond the task's rate are dropped with one notice for each second in which lines are dropped; one marker stands where lines
/// are missing.
/// </summary>
internal sealed class LogPump(ILogStore store, AppId app, AttemptKey attempt, string source, long bytesPerSecond, CellOptions options, TimeProvider clock)
{
    private LogCursor cursor = LogCursor.Start;
    private OutputTrail trail = new(OutputMarks.Start);
    private DateTimeOffset second;
    private long bytesThisSecond;
    private bool noticed;

    /// <summary>How much was stored by whoever pumped before.</summary>
    public OutputMarks Marks => cursor.Marks;

    public bool IsClosed => cursor.Closed;

    public async Task Load(CancellationToken cancellation)
    {
        cursor = await store.Cursor(attempt, cancellation);
        trail = new OutputTrail(cursor.Marks);
    }

    /// <summary>Stores lines until the output ends. The reader waits while the store is away, and with it, in the end, the program: nothing is dropped for that.</summary>
    public async Task Run(IAsyncEnumerable<OutputLine> output, CancellationToken cancellation)
    {
        var waiting = Channel.CreateBounded<OutputLine>(options.LogBatch * 4);
        var reading = Read(output, waiting.Writer, cancellation);
        var batch = new List<OutputLine>(options.LogBatch);
        while (await waiting.Reader.WaitToReadAsync(cancellation))
        {
            var deadline = Task.Delay(options.LogDelay, clock, cancellation);
            do
            {
                while (batch.Count < options.LogBatch && waiting.Reader.TryRead(out var line))
                {
                    batch.Add(line);
                }
            }
            while (batch.Count < options.LogBatch && await Task.WhenAny(deadline, waiting.Reader.WaitToReadAsync(cancellation).AsTask()) != deadline && !waiting.Reader.Completion.IsCompleted);

            await Store(batch, cancellation);
            batch.Clear();
        }

        await reading;
    }

    /// <summary>Writes lines of the cell's own after the output that was stored; nothing once the log is closed.</summary>
    public Task Say(CancellationToken cancellation, params IReadOnlyList<string> words)
    {
        if (cursor.Closed || words.Count == 0)
        {
            return Task.CompletedTask;
        }

        var lines = words.Select((text, index) => new NewLogLine(cursor.Sequence + 1 + index, clock.GetUtcNow(), OutputStream.Out, source, Encoding.UTF8.GetBytes(text))).ToList();
        return Append(lines, cursor with { Sequence = lines[^1].Sequence }, cancellation);
    }

    /// <summary>Writes the closing line (Cloud Foundry's "Exit status N") and ends the log. Idempotent.</summary>
    public async Task Close(string text, CancellationToken cancellation)
    {
        if (cursor.Closed)
        {
            return;
        }

        var line = new NewLogLine(cursor.Sequence + 1, clock.GetUtcNow(), OutputStream.Out, source, Encoding.UTF8.GetBytes(text));
        await Append([line], cursor with { Sequence = line.Sequence, Closed = true }, cancellation);
    }

    private static async Task Read(IAsyncEnumerable<OutputLine> output, ChannelWriter<OutputLine> waiting, CancellationToken cancellation)
    {
        try
        {
            await foreach (var line in output.WithCancellation(cancellation))
            {
                await waiting.WriteAsync(line, cancellation);
            }
        }
        finally
        {
            waiting.TryComplete();
        }
    }

    private async Task Store(List<OutputLine> batch, CancellationToken cancellation)
    {
        var lines = new List<NewLogLine>(batch.Count);
        var sequence = cursor.Sequence;
        foreach (var line in batch)
        {
            trail.Take(line);
            if (line.IsAfterGap)
            {
                lines.Add(Notice(++sequence, line.At, "1 or more lines missing: the engine's copy of the output does not reach back to the last line that was stored"));
            }

            switch (Admit(line))
            {
                case true:
                    lines.Add(new NewLogLine(++sequence, line.At, line.Stream, source, line.Text));
                    break;
                case false when !noticed:
                    noticed = true;
                    var notice = string.Create(CultureInfo.InvariantCulture, $"app instance exceeded log rate limit ({bytesPerSecond} bytes/sec)");
                    lines.Add(Notice(++sequence, line.At, notice));
                    break;
            }
        }

        await Append(lines, new LogCursor(trail.Marks, sequence, false), cancellation);
    }

    private NewLogLine Notice(long sequence, DateTimeOffset at, string text) => new(sequence, at, OutputStream.Error, source, Encoding.UTF8.GetBytes(text));

    private bool Admit(OutputLine line)
    {
        if (bytesPerSecond < 0)
        {
            return true;
        }

        var now = clock.GetUtcNow();
        if (now - second >= TimeSpan.FromSeconds(1))
        {
            (second, bytesThisSecond, noticed) = (now, 0, false);
        }

        bytesThisSecond += line.Text.Length + 1;
        return bytesThisSecond <= bytesPerSecond;
    }

    private async Task Append(List<NewLogLine> lines, LogCursor after, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                if (await store.Append(app, attempt, lines, cursor, after, cancellation))
                {
                    cursor = after;
                    return;
                }

                var stored = await store.Cursor(attempt, cancellation);
                if (stored == after)
                {
                    cursor = after; // The write that seemed to fail had been made.
                    return;
                }

                throw new InvalidOperationException($"The log of {attempt} is written by somebody else: expected {cursor}, found {stored}.");
            }
            catch (Exception fault) when (Faults.Pass(fault))
            {
                await Task.Delay(options.RetryDelay, clock, cancellation);
            }
        }
    }
}
