using Granary.Core.Attempts;

namespace Granary.Silo.Docker;

/// <summary>Makes create, start and remove of one attempt go one after another, without holding up other attempts.</summary>
internal sealed class AttemptLocks
{
    private readonly Dictionary<AttemptKey, Entry> entries = [];

    public async Task<IDisposable> Take(AttemptKey attempt, CancellationToken cancellation)
    {
        Entry? entry;
        lock (entries)
        {
            if (!entries.TryGetValue(attempt, out entry))
            {
                entries.Add(attempt, entry = new Entry());
            }

            entry.Users++;
        }

        try
        {
            await entry.Gate.WaitAsync(cancellation);
        }
        catch
        {
            Leave(attempt, entry);
            throw;
        }

        return new Taken(this, attempt, entry);
    }

    private void Leave(AttemptKey attempt, Entry entry)
    {
        lock (entries)
        {
            if (--entry.Users == 0)
            {
                entries.Remove(attempt);
                entry.Gate.Dispose();
            }
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public int Users { get; set; }
    }

    private sealed class Taken(AttemptLocks locks, AttemptKey attempt, Entry entry) : IDisposable
    {
        public void Dispose()
        {
            entry.Gate.Release();
            locks.Leave(attempt, entry);
        }
    }
}
