using System.Globalization;

namespace Granary.Testing;

/// <summary>A process as the kernel knows it: a number alone could be given to a stranger.</summary>
/// <param name="Started">In the kernel's ticks since the machine was started, 100 a second.</param>
public sealed record HostProcess(int Pid, long Started)
{
    private const int TicksPerSecond = 100;

    public bool IsAlive => State is not (null or 'Z' or 'X');

    /// <summary>A signal has stopped it.</summary>
    public bool IsStopped => State is 'T';

    /// <summary>Since it was started.</summary>
    public TimeSpan Age => TimeSpan.FromMilliseconds(Environment.TickCount64) - TimeSpan.FromSeconds((double)Started / TicksPerSecond);

    private char? State => Fields(Pid) is { } fields && Ticks(fields) == Started ? fields[0][0] : null;

    /// <summary>The process that has this number now; null when there is none.</summary>
    public static HostProcess? Of(int pid) => Fields(pid) is { } fields ? new HostProcess(pid, Ticks(fields)) : null;

    private static long Ticks(string[] fields) => long.Parse(fields[19], CultureInfo.InvariantCulture);

    /// <summary>Behind the name, which may hold anything: the state first, and the start as the 20th.</summary>
    private static string[]? Fields(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // It is gone.
        }
    }
}

/// <summary>The processes of the host of one cell of a local cluster, by the files that they keep themselves. No script is run: that takes its time on a busy machine.</summary>
/// <param name="folder">Of the cluster.</param>
public sealed class HostProcesses(string folder, string cell, string silo)
{
    private const string CellPrefix = "cell-";

    public HostProcess? Warden => Signed(Path.Combine(folder, cell, cell, "warden"));

    public HostProcess? Silo => Signed(Path.Combine(folder, cell, cell, "silos", silo));

    public HostProcess? Engine => Read(Path.Combine(folder, $"engine-{cell[CellPrefix.Length..]}", "pid")) is { } text && int.TryParse(text, CultureInfo.InvariantCulture, out var pid)
        ? HostProcess.Of(pid) is { IsAlive: true } engine ? engine : null
        : null;

    /// <summary>Of a file with BOOT/PID/STARTED; null when there is none, or its process is gone.</summary>
    private static HostProcess? Signed(string file) =>
        Read(file)?.Split('/') is [_, var pid, var started]
        && int.TryParse(pid, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(started, CultureInfo.InvariantCulture, out var ticks)
        && new HostProcess(number, ticks) is { IsAlive: true } process
            ? process
            : null;

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (IOException)
        {
            return null; // Not written yet, or taken away: there is no such process.
        }
    }
}
