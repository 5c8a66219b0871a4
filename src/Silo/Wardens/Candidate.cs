using System.Collections;
using System.Diagnostics;
using System.Reflection;

namespace Granary.Silo.Wardens;

/// <summary>A candidate silo as its warden knows it, with all that is needed to start it again as it was started first.</summary>
/// <param name="Command">The program and its arguments.</param>
/// <param name="Output">The file of its standard output; null when that is none.</param>
/// <param name="Errors">The file of its standard error; null when that is none.</param>
internal sealed record Candidate(
    string Name,
    ProcessIdentity Process,
    string[] Command,
    string Folder,
    IReadOnlyDictionary<string, string> Environment,
    string? Output,
    string? Errors)
{
    /// <summary>A silo of this very program that was not started yet, in this process' own folder and environment.</summary>
    /// <param name="arguments">Its switches.</param>
    public static Candidate New(string name, string[] arguments) => new(
        name,
        new ProcessIdentity(ProcessIdentity.ThisBoot, 0, ""),
        [.. ThisProgram(), .. arguments],
        System.Environment.CurrentDirectory,
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(each => (string)each.Key, each => (string)each.Value!, StringComparer.Ordinal),
        null,
        null);

    /// <summary>The words that start this program.</summary>
    public static string[] ThisProgram()
    {
        var program = System.Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Assembly.GetEntryAssembly()!.Location] : [program];
    }

    /// <summary>Reads what the kernel knows of a process; null if it has ended.</summary>
    public static Candidate? Of(string name, ProcessIdentity process)
    {
        if (ProcFile.Read(process.Pid, "cmdline") is not { Length: > 0 } command || ProcFile.Read(process.Pid, "environ") is not { } environment || Link(process, "cwd") is not { } folder)
        {
            return null;
        }

        var candidate = new Candidate(name, process, Words(command), folder, Variables(environment), FileOf(process, 1), FileOf(process, 2));
        return process.IsAlive ? candidate : null; // Else some of it may be of another process.
    }

    /// <summary>No part of this process' session, so that a signal from a terminal does not reach it, and without the priority that the warden has.</summary>
    private const string Launch = "exec nice -n $((0 - $(nice))) setsid \"$@\" </dev/null >>\"$GRANARY_OUTPUT\" 2>>\"$GRANARY_ERRORS\"";

    private const string LaunchBeside = "exec nice -n $((0 - $(nice))) setsid \"$@\" </dev/null";

    /// <summary>Starts it, for the first time or again.</summary>
    /// <param name="sharesOutput">It writes where this process does, instead of into files.</param>
    public Candidate Start(string cellFolder, bool sharesOutput)
    {
        var log = Path.Combine(cellFolder, $"{Name}.log");
        var start = new ProcessStartInfo("/bin/sh", ["-c", sharesOutput ? LaunchBeside : Launch, "sh", .. Command]) { WorkingDirectory = Folder, UseShellExecute = false };
        start.Environment.Clear();
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["GRANARY_OUTPUT"] = Output ?? log;
        start.Environment["GRANARY_ERRORS"] = Errors ?? log;
        using var started = System.Diagnostics.Process.Start(start) ?? throw new IOException($"{Command[0]} could not be started.");
        return this with { Process = ProcessIdentity.Of(started.Id) ?? new ProcessIdentity(ProcessIdentity.ThisBoot, started.Id, "") };
    }

    private static string[] Words(string text) => text.TrimEnd('\0').Split('\0');

    private static Dictionary<string, string> Variables(string text) =>
        Words(text).Select(each => each.Split('=', 2)).Where(each => each.Length == 2).DistinctBy(each => each[0]).ToDictionary(each => each[0], each => each[1], StringComparer.Ordinal);

    private static string? FileOf(ProcessIdentity process, int descriptor) =>
        Link(process, $"fd/{descriptor}") is { } path && File.Exists(path) && path != "/dev/null" ? path : null;

    private static string? Link(ProcessIdentity process, string name)
    {
        try
        {
            return new FileInfo($"/proc/{process.Pid}/{name}").LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
