using System.Collections.Concurrent;
using System.Diagnostics;

namespace Granary.Grains.Tests.Worlds;

/// <summary>Counts the calls of grains by name ("IWorkGrain.Wake"), and loses those that a test wants lost.</summary>
internal sealed class GrainCalls : IIncomingGrainCallFilter
{
    private readonly ConcurrentDictionary<string, int> counts = new();
    private readonly ConcurrentDictionary<string, bool> lost = new();

    private readonly ConcurrentDictionary<string, Func<string, Exception>> failing = new();

    private int underWay;

    /// <summary>No call is under way.</summary>
    public bool IsQuiet => Volatile.Read(ref underWay) == 0;

    public int this[string call] => counts.GetValueOrDefault(call);

    public void Lose(string call) => lost[call] = true;

    public void LoseNoMore(string call) => lost.TryRemove(call, out _);

    /// <summary>The next call of this name comes back as cancelled, as by Orleans when its directory changes hands.</summary>
    public void GiveUp(string call) => failing[call] = name => new OperationCanceledException($"{name} was given up.");

    /// <summary>The next call of this name would break a rule of its grain.</summary>
    public void Break(string call) => failing[call] = name => new UnreachableException($"{name} would break a rule");

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        var call = $"{context.InterfaceMethod.DeclaringType!.Name}.{context.InterfaceMethod.Name}";
        counts.AddOrUpdate(call, 1, (_, count) => count + 1);
        if (lost.ContainsKey(call))
        {
            throw new TimeoutException($"{call} was lost.");
        }

        if (failing.TryRemove(call, out var fault))
        {
            throw fault(call);
        }

        Interlocked.Increment(ref underWay);
        try
        {
            await context.Invoke();
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }
}
