using System.Text.Json;
using Granary.Cli.Http;
using Granary.Cli.Output;

namespace Granary.Cli.Commands;

/// <summary>Waits for the end of a task. The task does not depend on it, and it outlives a server that is away for less than its patience.</summary>
/// <param name="session">Whom to ask.</param>
/// <param name="patience">How long the server may be away.</param>
internal sealed class TaskWait(Session session, TimeSpan patience)
{
    private static readonly TimeSpan PollFirst = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PollLongest = TimeSpan.FromSeconds(1);

    /// <summary>The task as it ended, after a note for each change on the way.</summary>
    public async Task<JsonElement> UntilEnd(string guid, CancellationToken cancellation)
    {
        var last = "";
        for (var delay = PollFirst; ; delay = delay * 1.5 < PollLongest ? delay * 1.5 : PollLongest)
        {
            var task = await Patiently(patience, () => session.Api.Get($"/api/tasks/{guid}", cancellation), cancellation);
            if (task.Text("state") is "SUCCEEDED" or "FAILED")
            {
                return await Patiently(patience, () => session.Api.Get($"/v3/tasks/{guid}", cancellation), cancellation);
            }

            var now = $"{task.Text("state")}{(task.Text("why_waiting") is { } why ? $": {why}" : task.Text("cell") is { } cell ? $" on {cell}" : "")}";
            if (now != last)
            {
                Terminal.Note($"The task is {Shown.Harmless(now)}");
                last = now;
            }

            await Task.Delay(delay, cancellation);
        }
    }

    /// <summary>Repeats a question that may be repeated while the server is away, for at most <paramref name="patience"/>.</summary>
    public static async Task<T> Patiently<T>(TimeSpan patience, Func<Task<T>> ask, CancellationToken cancellation)
    {
        var since = TimeProvider.System.GetTimestamp();
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return await ask();
            }
            catch (FailureException fault) when (fault is NoAnswerException or ApiException { MayPass: true } && TimeProvider.System.GetElapsedTime(since) < patience)
            {
                if (isFirst)
                {
                    Terminal.Note($"The server is away, trying for {patience.TotalSeconds:0} s: {Shown.Harmless(fault.Message)}");
                }

                await Task.Delay(PollLongest / 4, cancellation);
            }
        }
    }
}
