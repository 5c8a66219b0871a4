using System.Globalization;
using System.Text.Json;
using Granary.Core.Attempts;
using Granary.Grains.Ports;
using Granary.Silo.Storage;

namespace Granary.Silo.Wardens;

/// <summary>The starts in flight as files in a cell's folder. Not synced: what a host that lost its power had in flight is gone with it, and marks of an earlier boot count for nothing.</summary>
internal sealed class StartMarks(string cellFolder, TimeProvider? clock = null) : IStartMarks
{
    private readonly string folder = Path.Combine(cellFolder, "starts");
    private readonly TimeProvider clock = clock ?? TimeProvider.System;

    public void Mark(AttemptKey attempt)
    {
        Directory.CreateDirectory(folder);
        WholeFile.Write(PathOf(attempt), JsonSerializer.SerializeToUtf8Bytes(new Entry(attempt, ProcessIdentity.Own.ToString(), clock.GetUtcNow()), StateJson.Options));
    }

    public void Clear(AttemptKey attempt)
    {
        if (Directory.Exists(folder))
        {
            File.Delete(PathOf(attempt));
        }
    }

    public IReadOnlyList<StartMark> All() =>
    [
        .. from path in WholeFile.In(folder)
           let text = WholeFile.Read(path)
           where text is not null
           let entry = JsonSerializer.Deserialize<Entry>(text, StateJson.Options)
           let process = ProcessIdentity.Parse(entry.Process) ?? throw new JsonException($"The mark {path} names no process.")
           where process.Boot == ProcessIdentity.ThisBoot
           select new StartMark(entry.Attempt, process.Pid, process.StartedAt, entry.At),
    ];

    private sealed record Entry(AttemptKey Attempt, string Process, DateTimeOffset At);

    private string PathOf(AttemptKey attempt) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{attempt.Work:D}-{attempt.Number}"));
}
