namespace Granary.Testing;

/// <summary>Keeps every core busy, until it is disposed.</summary>
public sealed class CpuLoad : IDisposable
{
    private readonly Thread[] busy;
    private volatile bool ended;

    /// <param name="threadsPerCore">The others' share of a core falls to one in so many and one.</param>
    public CpuLoad(int threadsPerCore = 1)
    {
        busy = [.. Enumerable.Range(0, threadsPerCore * Environment.ProcessorCount).Select(_ => new Thread(Work) { IsBackground = true })];
        Array.ForEach(busy, each => each.Start());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ended = true;
        Array.ForEach(busy, each => each.Join());
    }

    private void Work()
    {
        while (!ended)
        {
            Thread.SpinWait(10_000);
        }
    }
}
