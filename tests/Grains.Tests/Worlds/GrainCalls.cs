using System.Collections.Concurrent;

namespace Granary.Grains.Tests.Worlds;

/// <summary>Counts the calls of grains by name ("IWorkGrain.Wake"), and loses those that a test wants lost.</summary>
internal sealed class GrainCalls : IIncomingGrainCallFilter
{
    private readonly ConcurrentDictionary<string, int> counts = new();
    private readonly ConcurrentDictionary<string, bool> lost = new();

    private readonly ConcurrentDictionary<string, bool> givenUp = new();

    private int underWay;

    /// <summary>No call is under way.</summary>
    public bool IsQuiet => Volatile.Read(ref underWay) == 0;

    public int this[string call] => counts.GetValueOrDefault(call);

    public void Lose(string call) => lost[call] = true;

    public void LoseNoMore(string call) => lost.TryRemove(call, out _);

    /// <summary>The next call of this name comes back as cancelled, as by Orleans when its directory changes hands.</summary>
    public void GiveUp(string call) => givenUp[call] = true;

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        var call = $"{context.InterfaceMethod.DeclaringType!.Name}.{context.InterfaceMethod.Name}";
        counts.AddOrUpdate(call, 1, (_, count) => count + 1);
        if (lost.ContainsKey(call))
        {
            throw new TimeoutException($"{call} was lost.");
        }

        if (givenUp.TryRemove(call, out _))
        {
            throw new OperationCanceledException($"{call} was given up.");
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
