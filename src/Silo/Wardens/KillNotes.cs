using System.Collections.Immutable;
using System.Text.Json;
using Granary.Core.Attempts;
using Granary.Grains.Ports;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Blobs;

namespace Granary.Silo.Wardens;

/// <summary>The kill notes in a cell's folder: a file for each batch, so that many kills cost one sync. A file is whole or not there, whenever it is looked for.</summary>
internal sealed class KillNotes(string cellFolder) : IKillNotes
{
    private readonly string folder = Path.Combine(cellFolder, "kills");

    /// <summary>One process forgets at a time, the one that serves the cell; its tasks take turns.</summary>
    private readonly Lock forgetting = new();

    /// <summary>On a thread of the pool: the disk may be slow, and whoever notes also renews.</summary>
    public Task Note(ImmutableArray<AttemptKey> attempts, DateTimeOffset at, bool isOutlived, CancellationToken cancellation) => Task.Run(
        () =>
        {
            Directory.CreateDirectory(cellFolder);
            DurableDirectory.Create(folder);
            WholeFile.Write(Path.Combine(folder, Guid.NewGuid().ToString("N")), JsonSerializer.SerializeToUtf8Bytes(new Batch(at, isOutlived, attempts), StateJson.Options), isDurable: true);
            DurableDirectory.Sync(folder);
        },
        cancellation);

    public KillNote? Of(AttemptKey attempt) =>
        Batches().Where(each => each.Batch.Attempts.Contains(attempt))
            .OrderByDescending(each => each.Batch.IsOutlived)
            .ThenBy(each => each.Batch.At)
            .Select(each => new KillNote(attempt, each.Batch.At, each.Batch.IsOutlived))
            .FirstOrDefault();

    public void Forget(AttemptKey attempt)
    {
        lock (forgetting)
        {
            foreach (var (path, batch) in Batches().Where(each => each.Batch.Attempts.Contains(attempt)).ToArray())
            {
                var rest = batch with { Attempts = batch.Attempts.Remove(attempt) };
                if (rest.Attempts.IsEmpty)
                {
                    File.Delete(path);
                }
                else
                {
                    WholeFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(rest, StateJson.Options), isDurable: true); // A file that a power failure left without its content could not be read.
                }
            }
        }
    }

    private IEnumerable<(string Path, Batch Batch)> Batches() =>
        from path in WholeFile.In(folder)
        let text = WholeFile.Read(path)
        where text is not null
        select (path, JsonSerializer.Deserialize<Batch>(text, StateJson.Options) ?? throw new JsonException($"The kill notes in {path} are null."));

    private sealed record Batch(DateTimeOffset At, bool IsOutlived, ImmutableArray<AttemptKey> Attempts);
}
