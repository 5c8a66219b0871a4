using Granary.Grains.Ports;

namespace Granary.Grains.Tests.Worlds;

/// <summary>
/// The fate of one silo process: every call that leaves it goes through here. A process that was killed makes no further call and hears no
/// answer; that is what tells a kill from a graceful stop.
/// </summary>
internal sealed class Fate : IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource buried = new();
    private readonly TaskCompletionSource died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(string Call, bool After, Exception? Fault)> faults = [];
    private readonly List<string> calls = [];
    private (string Call, bool After)? death;
    private int callsUntilDeath;
    private bool isDead;
    private bool databaseIsAway;
    private int underWay;

    /// <summary>Completes when the process is dead.</summary>
    public Task Died => died.Task;

    /// <summary>The calls that it made, in order, for example "write task", "note Starting", "Create".</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (gate)
            {
                return [.. calls];
            }
        }
    }

    /// <summary>The database cannot be reached while this holds.</summary>
    public bool DatabaseIsAway
    {
        get => Volatile.Read(ref databaseIsAway);
        set => Volatile.Write(ref databaseIsAway, value);
    }

    /// <summary>No call is under way, but for those that wait for a process or an engine.</summary>
    public bool IsQuiet => Volatile.Read(ref underWay) == 0;

    public int Count(string call) => Calls.Count(each => each == call);

    /// <summary>The process dies just before a call of this name takes effect, or just after, before it hears the answer.</summary>
    /// <param name="nth">Which of the calls to come; 1 is the next.</param>
    public void DieAt(string call, bool after, int nth = 1)
    {
        lock (gate)
        {
            death = (call, after);
            callsUntilDeath = nth;
        }
    }

    /// <summary>The next call of this name fails; it takes effect or not.</summary>
    /// <param name="fault">By default the database's.</param>
    public void Fail(string call, bool afterEffect, Exception? fault = null)
    {
        lock (gate)
        {
            faults.Add((call, afterEffect, fault));
        }
    }

    public void Die()
    {
        lock (gate)
        {
            isDead = true;
        }

        died.TrySetResult();
    }

    /// <summary>What waits for answers that never come gives up, so that the host can be taken down.</summary>
    public void Bury()
    {
        Die();
        buried.Cancel();
    }

    public void Dispose() => buried.Dispose();

    public async Task<T> Call<T>(string call, Func<Task<T>> work)
    {
        await Live(call, after: false);
        var answer = await Counted(call, work);
        await Live(call, after: true);
        return answer;
    }

    public Task Call(string call, Func<Task> work) => Call(
        call,
        async () =>
        {
            await work();
            return true;
        });

    /// <summary>The same for a call that needs the database.</summary>
    public Task<T> Database<T>(string call, Func<Task<T>> work) => Call(
        call,
        () => DatabaseIsAway ? throw new DatabaseUnavailableException("The database is away.", new IOException("No route.")) : work());

    public Task Database(string call, Func<Task> work) => Database(
        call,
        async () =>
        {
            await work();
            return true;
        });

    private async Task<T> Counted<T>(string call, Func<Task<T>> work)
    {
        if (call is "Wait" or "Stop" or "Start")
        {
            return await work();
        }

        Interlocked.Increment(ref underWay);
        try
        {
            return await work();
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }

    private async Task Live(string call, bool after)
    {
        var dies = false;
        lock (gate)
        {
            if (death == (call, after) && --callsUntilDeath == 0)
            {
                isDead = true;
                dies = true;
            }

            var failing = faults.FindIndex(each => (each.Call, each.After) == (call, after));
            if (!isDead && failing >= 0)
            {
                var fault = faults[failing].Fault ?? new DatabaseUnavailableException($"The answer to {call} was lost.", new IOException("The connection broke."));
                faults.RemoveAt(failing);
                throw fault;
            }

            if (!isDead && !after)
            {
                calls.Add(call);
            }
        }

        if (dies)
        {
            died.TrySetResult();
        }

        if (isDead)
        {
            await Task.Delay(Timeout.Infinite, buried.Token);
        }
    }
}
