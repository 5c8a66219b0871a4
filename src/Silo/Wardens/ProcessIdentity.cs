using System.Globalization;

namespace Granary.Silo.Wardens;

/// <summary>A process of this host, told apart from every other that has or had its id.</summary>
/// <param name="Boot">The boot of the host that it belongs to.</param>
/// <param name="StartedAt">Clock ticks from the boot to its start, as in field 22 of its stat file.</param>
internal sealed record ProcessIdentity(string Boot, int Pid, string StartedAt)
{
    /// <summary>Names this boot of the host.</summary>
    public static string ThisBoot { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    public static ProcessIdentity Own { get; } = Of(Environment.ProcessId)!;

    public bool IsAlive => Of(Pid) == this;

    /// <summary>Null for no process, or one that has ended and awaits its parent.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        if (ProcFile.Read(pid, "stat") is not { } stat)
        {
            return null;
        }

        // The name in parentheses may hold anything; the fields after it start with the third, the state.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : new ProcessIdentity(ThisBoot, pid, fields[19]);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; null if it is anything else.</summary>
    public static ProcessIdentity? Parse(string text) =>
        text.Split('/') is [var boot, var number, var startedAt] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            ? new ProcessIdentity(boot, pid, startedAt)
            : null;

    /// <summary>Sends a signal, to this process or to none. False if it has ended.</summary>
    public bool Kill(int signal)
    {
        // Held first and compared second: what is held stays the same process, whoever gets its id.
        using var process = ProcessHandle.Open(Pid);
        return process is not null && IsAlive && process.Signal(signal);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Boot}/{Pid}/{StartedAt}");
}
