namespace Granary.Testing;

/// <summary>Waits for conditions: what must happen is asked for again and again, and whoever waits in vain is told for what.</summary>
public static class Waiting
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the condition holds, and returns how long that took.</summary>
    /// <param name="what">Completes "waited for".</param>
    /// <param name="otherwise">More words about what was there instead.</param>
    /// <param name="every">From one question to the next; 50 ms.</param>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public static async Task<TimeSpan> Until(Func<Task<bool>> holds, string what, TimeSpan max, Func<string>? otherwise = null, TimeSpan? every = null)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(since) > max)
            {
                throw new TimeoutException($"Waited {max} for {what}. {otherwise?.Invoke()}");
            }

            await Task.Delay(every ?? AskEvery);
        }

        return TimeProvider.System.GetElapsedTime(since);
    }

    /// <summary>A condition that is asked of silos while they die: a call that fails says that it does not hold yet. What cannot pass is thrown on.</summary>
    public static Func<Task<bool>> WhileSilosDie(Func<Task<bool>> holds) => async () =>
    {
        try
        {
            return await holds();
        }
        catch (Exception fault) when (fault is not InvalidOperationException)
        {
            return false;
        }
    };
}
