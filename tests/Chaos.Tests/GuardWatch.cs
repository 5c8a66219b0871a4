using Granary.Testing;

namespace Granary.Chaos.Tests;

/// <summary>A time in which nobody on a cell's host could stop its attempts.</summary>
public sealed record Unguarded(string Cell, TimeSpan From, TimeSpan To);

/// <summary>
/// Sees when neither the warden nor the silo of a cell runs: one of the cases in which attempts of a cell may outlive its lease. It asks the kernel. A process that has just begun
/// counts for nobody yet: it has the lease only some seconds later.
/// </summary>
internal sealed class GuardWatch : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>A process starts in 2 s on a quiet machine, and takes the lease over.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly List<Unguarded> found = [];
    private readonly CancellationTokenSource ending = new();
    private readonly Thread looking;

    public GuardWatch(IReadOnlyDictionary<string, HostProcesses> hosts, Witness witness)
    {
        looking = new Thread(() => LookOn(hosts, witness)) { IsBackground = true, Name = "guards" };
        looking.Start();
    }

    public IReadOnlyList<Unguarded> Found
    {
        get
        {
            lock (gate)
            {
                return [.. found];
            }
        }
    }

    public void Dispose()
    {
        ending.Cancel();
        looking.Join();
        ending.Dispose();
    }

    private void LookOn(IReadOnlyDictionary<string, HostProcesses> hosts, Witness witness)
    {
        var open = new Dictionary<string, int>();
        do
        {
            foreach (var (cell, host) in hosts)
            {
                var now = witness.Now;
                lock (gate)
                {
                    if (Guards(host.Warden) || Guards(host.Silo))
                    {
                        open.Remove(cell);
                    }
                    else if (open.TryGetValue(cell, out var at))
                    {
                        found[at] = found[at] with { To = now };
                    }
                    else
                    {
                        open[cell] = found.Count;
                        found.Add(new Unguarded(cell, now, now));
                    }
                }
            }
        }
        while (!ending.Token.WaitHandle.WaitOne(LookEvery));
    }

    private static bool Guards(HostProcess? process) => process is { IsStopped: false, IsAlive: true } && process.Age > Young;
}
