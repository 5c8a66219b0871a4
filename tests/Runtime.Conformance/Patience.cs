namespace Granary.Runtime.Conformance;

/// <summary>How long a test waits for one thing.</summary>
internal static class Patience
{
    /// <summary>60 s: a real engine under full load takes seconds for one container.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<T> Await<T>(Task<T> task, string what)
    {
        await Await((Task)task, what);
        return await task;
    }

    public static async Task Await(Task task, string what)
    {
        if (await Task.WhenAny(task, Task.Delay(Limit)) != task)
        {
            throw new TimeoutException($"Waited {Limit.TotalSeconds} s for: {what}.");
        }

        await task;
    }
}
