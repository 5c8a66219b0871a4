namespace Granary.Testing;

/// <summary>One costly thing of a test process for all who use it at the same time: the first starts it, the last ends it.</summary>
internal sealed class Shared<T>(Func<Task<T>> start) : IDisposable
    where T : class, IAsyncDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private T? thing;
    private int users;

    public async Task<T> Acquire()
    {
        await turn.WaitAsync();
        try
        {
            thing ??= await start();
            users++;
            return thing;
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task Release()
    {
        await turn.WaitAsync();
        try
        {
            if (--users == 0)
            {
                var last = thing!;
                thing = null;
                await last.DisposeAsync();
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}
