using System.Diagnostics;
using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Tasks;
using Granary.Silo.Wardens;

namespace Granary.Warden.Tests;

/// <summary>A cell's group of a test's own, with plain processes in the place of containers. What is left of them ends with it.</summary>
internal sealed class Cage : IAsyncDisposable
{
    private readonly string? processors = ControlGroupMounts.Read().Cpu;
    private readonly List<Process> processes = [];

    public Cage(GroupKind kind)
    {
        Folder = kind.Mount() + Path;
        Group = kind.Open(Path, processors is null ? CpuShare.OfVersion2(kind.Mount(), Path) : CpuShare.OfVersion1(processors, Path));
        Scratch = Directory.CreateTempSubdirectory("granary-cage-").FullName;
    }

    /// <summary>Below every mount of groups.</summary>
    public string Path { get; } = $"/granary-test-{Guid.NewGuid():N}/cell";

    public ICellGroup Group { get; }

    public string Folder { get; }

    /// <summary>For what the processes write.</summary>
    public string Scratch { get; }

    public static AttemptKey NewAttempt(int number = 1) => new(Guid.NewGuid(), number);

    /// <summary>Starts a shell outside of the cage.</summary>
    public static Task<Process> StartFree(string script) => Task.FromResult(Process.Start("/bin/sh", ["-c", script]));

    /// <summary>Starts a shell with the environment of an attempt, and returns once it is in the container's group, unless that is frozen.</summary>
    /// <param name="attempt">Null for a container that holds none.</param>
    public async Task<Process> Start(AttemptKey? attempt, string script, string container = "c")
    {
        var folder = System.IO.Path.Combine(Folder, container);
        Directory.CreateDirectory(folder);
        string[] folders = processors is null ? [folder] : [folder, Directory.CreateDirectory($"{processors}{Path}/{container}").FullName];
        // Into the one that freezes last of all.
        var join = string.Concat(folders.Reverse().Select(each => $"echo $$ >{each}/cgroup.procs; "));
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{join}exec /bin/sh -c \"$0\"", script]) { WorkingDirectory = Scratch };
        if (attempt is { } key)
        {
            start.Environment[TaskEnvironment.GuidVariable] = key.Work.ToString("D");
            start.Environment[TaskEnvironment.AttemptVariable] = key.Number.ToString(CultureInfo.InvariantCulture);
        }

        var process = Process.Start(start)!;
        processes.Add(process);
        await Until.True(() => process.HasExited || new ControlGroup(folder).Processes().Contains(process.Id), $"process {process.Id} to join {container}");
        return process;
    }

    /// <summary>A process that counts in a file, so that it is seen whether its time goes on.</summary>
    public async Task<Process> StartCounting(AttemptKey? attempt, string container = "c")
    {
        var process = await Start(attempt, $"while :; do echo >>{container}; done", container);
        await Counts(container);
        return process;
    }

    /// <summary>Waits until a counting process goes on.</summary>
    public Task Counts(string container = "c")
    {
        var before = Count(container);
        return Until.True(() => Count(container) > before, $"what runs in {container} to go on");
    }

    public long Count(string container = "c") => new FileInfo(System.IO.Path.Combine(Scratch, container)) is { Exists: true } file ? file.Length : 0;

    /// <summary>Notes and kills what the frozen group has, again and again: on a machine under full load one sweep may not see the end.</summary>
    public Task KillAll() => Until.True(() => Group.Kill(Group.Attempts()).IsEmpty && Group.IsEmpty, "the cage to be empty");

    public async ValueTask DisposeAsync()
    {
        await Group.Freeze(default);
        await KillAll();
        Group.Thaw();
        foreach (var process in processes)
        {
            await process.WaitForExitAsync();
            process.Dispose();
        }

        foreach (var mount in new[] { processors, Folder[..^Path.Length] }.OfType<string>().Select(each => each + System.IO.Path.GetDirectoryName(Path)).Where(Directory.Exists))
        {
            Remove(mount);
        }

        Directory.Delete(Scratch, recursive: true);
    }

    private static void Remove(string folder)
    {
        foreach (var child in Directory.GetDirectories(folder))
        {
            Remove(child);
        }

        Directory.Delete(folder);
    }
}
