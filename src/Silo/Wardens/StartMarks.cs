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
           let entry = Read(path)
           where entry is not null
           let process = ProcessIdentity.Parse(entry.Process)
           where process?.Boot == ProcessIdentity.ThisBoot
           select new StartMark(entry.Attempt, process.Pid, process.StartedAt, entry.At),
    ];

    private static Entry? Read(string path)
    {
        try
        {
            return WholeFile.Read(path) is { } text ? JsonSerializer.Deserialize<Entry>(text, StateJson.Options) : null;
        }
        catch (JsonException)
        {
            return null; // In this boot a file is whole. One that a power failure left without its content is of an earlier one.
        }
    }

    private sealed record Entry(AttemptKey Attempt, string Process, DateTimeOffset At);

    private string PathOf(AttemptKey attempt) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{attempt.Work:D}-{attempt.Number}"));
}
