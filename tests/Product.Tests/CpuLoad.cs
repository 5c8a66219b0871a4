namespace Granary.Product.Tests;

/// <summary>Keeps every core busy, until it is disposed.</summary>
internal sealed class CpuLoad : IDisposable
{
    private readonly Thread[] busy;
    private volatile bool ended;

    public CpuLoad()
    {
        busy = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work) { IsBackground = true })];
        Array.ForEach(busy, each => each.Start());
    }

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
