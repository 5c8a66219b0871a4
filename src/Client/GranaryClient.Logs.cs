using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Granary.Core.Apps;
using Granary.Core.Tasks;
using Granary.Grains.Ports;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    private static readonly TimeSpan FollowEvery = TimeSpan.FromMilliseconds(250);

    public Task<ImmutableArray<LogLine>> Logs(LogQuery query, CancellationToken cancellation = default) => Call(() => Listing.Logs(query), cancellation);

    /// <summary>The lines that there are, from <paramref name="fromNanos"/> on.</summary>
    public async IAsyncEnumerable<LogLine> ReadLogs(AppId app, TaskId? task = null, long fromNanos = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var query = new LogQuery(app, task?.Value, FromNanos: fromNanos);
        ImmutableArray<LogLine> lines;
        do
        {
            lines = await Logs(query, cancellation);
            foreach (var line in lines)
            {
                query = query with { FromNanos = line.AtNanos + 1 };
                yield return line;
            }
        }
        while (lines.Length == query.CountMax);
    }

    /// <summary>
    /// Lines as they come, from <paramref name="fromNanos"/> on. With a task it ends when the task has ended and all its lines were read;
    /// without one it ends by its token.
    /// </summary>
    public async IAsyncEnumerable<LogLine> FollowLogs(AppId app, TaskId? task = null, long fromNanos = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var query = new LogQuery(app, task?.Value, FromNanos: fromNanos);
        while (true)
        {
            // Asked before the lines are read: a task that had ended by then has written its last line.
            var ended = task is { } id && await FindTask(id, cancellation) is null or { IsFinished: true };
            var lines = await Logs(query, cancellation);
            foreach (var line in lines)
            {
                query = query with { FromNanos = line.AtNanos + 1 };
                yield return line;
            }

            if (lines.Length == query.CountMax)
            {
                continue;
            }

            if (ended)
            {
                yield break;
            }

            await Task.Delay(FollowEvery, clock, cancellation);
        }
    }
}
