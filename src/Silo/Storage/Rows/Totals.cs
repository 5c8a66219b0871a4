namespace Granary.Silo.Storage.Rows;

/// <summary>
/// How many rows match a filter, without counting in the way of requests. Counting a million rows takes longer than reading a page of
/// them, so a filter that is being asked for is counted again and again in the background, and requests take the newest number.
/// Only the first request for a filter waits. When counting takes longer than a quarter of <paramref name="ageMax"/>, it is done more
/// seldom, so that it never takes more than a fifth of one connection.
/// </summary>
internal sealed partial class Totals(TimeSpan ageMax, TimeProvider clock, ILogger<Totals> log) : IAsyncDisposable
{
    /// <summary>A filter is counted on for this long after the last request: the time in which a person turns a page.</summary>
    private static readonly TimeSpan WarmTime = TimeSpan.FromSeconds(15);

    /// <summary>Filters counted at a time; a request for one more counts for itself.</summary>
    private const int FiltersMax = 64;

    private readonly Lock sync = new();
    private readonly Dictionary<string, Entry> entries = [];
    private readonly SemaphoreSlim turn = new(1);
    private readonly CancellationTokenSource stop = new();

    public Task<long> Of(string filter, Func<CancellationToken, Task<long>> count, CancellationToken cancellation)
    {
        Entry? entry;
        lock (sync)
        {
            ObjectDisposedException.ThrowIf(stop.IsCancellationRequested, this);
            if (!entries.TryGetValue(filter, out entry) && entries.Count < FiltersMax)
            {
                var first = Task.Run(() => count(stop.Token), CancellationToken.None);
                entry = entries[filter] = new Entry(first);
                entry.Loop = Keep(filter, entry, first, count);
            }

            entry?.AskedAt = clock.GetTimestamp();
        }

        return entry is null ? count(cancellation) : entry.Latest.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        Task[] loops;
        lock (sync)
        {
            loops = [.. entries.Values.Select(entry => entry.Loop)];
        }

        await Task.WhenAll(loops);
        stop.Dispose();
        turn.Dispose();
    }

    private async Task Keep(string filter, Entry entry, Task<long> counting, Func<CancellationToken, Task<long>> count)
    {
        while (true)
        {
            var started = clock.GetTimestamp();
            await ((Task)counting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!counting.IsCompletedSuccessfully)
            {
                // Whoever asks next counts anew and meets the fault, if it is still there; who waits for the first number meets it now.
                Forget(filter);
                if (counting != entry.Latest && counting.Exception is { InnerException: { } fault })
                {
                    LogCountFailed(log, fault);
                }

                return;
            }

            entry.Latest = counting;
            var took = clock.GetElapsedTime(started);
            var rest = Max(ageMax / 2, 4 * took) - took;
            await Task.Delay(Max(rest, TimeSpan.Zero), clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested || IsForgotten(filter, entry))
            {
                return;
            }

            counting = InTurn(count);
        }
    }

    private async Task<long> InTurn(Func<CancellationToken, Task<long>> count)
    {
        await turn.WaitAsync(stop.Token);
        try
        {
            return await count(stop.Token);
        }
        finally
        {
            turn.Release();
        }
    }

    private bool IsForgotten(string filter, Entry entry)
    {
        lock (sync)
        {
            return clock.GetElapsedTime(entry.AskedAt) > WarmTime && entries.Remove(filter);
        }
    }

    private void Forget(string filter)
    {
        lock (sync)
        {
            entries.Remove(filter);
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan two) => one > two ? one : two;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The rows of a listing could not be counted in the background; the next request counts them itself")]
    private static partial void LogCountFailed(ILogger logger, Exception fault);

    private sealed class Entry(Task<long> first)
    {
        private volatile Task<long> latest = first;

        public Task<long> Latest
        {
            get => latest;
            set => latest = value;
        }

        public long AskedAt { get; set; }

        public Task Loop { get; set; } = Task.CompletedTask;
    }
}
