using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Tasks;

namespace Granary.Silo.Wardens;

/// <summary>Tells from a container's processes which attempt it is, without the engine: the init process has the environment that Granary gave it.</summary>
internal static class AttemptOfProcess
{
    /// <summary>Null if none of the processes says so: nothing of an attempt's own has run in this container.</summary>
    public static AttemptKey? Find(IReadOnlyCollection<int> processes)
    {
        // The init process first. What it started may have been given any environment by whoever wrote it.
        var init = processes.Where(IsInit).Select(Read).FirstOrDefault(each => each is not null);
        return init ?? processes.Select(Read).FirstOrDefault(each => each is not null);
    }

    private static AttemptKey? Read(int pid)
    {
        if (ProcFile.Read(pid, "environ") is not { } environment)
        {
            return null;
        }

        return Value(environment, TaskEnvironment.GuidVariable) is { } work
            && Value(environment, TaskEnvironment.AttemptVariable) is { } attempt
            && Guid.TryParseExact(work, "D", out var guid)
            && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new AttemptKey(guid, number)
                : null;
    }

    private static string? Value(string environment, string name) =>
        environment.Split('\0').FirstOrDefault(each => each.StartsWith($"{name}=", StringComparison.Ordinal))?[(name.Length + 1)..];

    /// <summary>The last of its ids, that in the innermost space of ids, is 1.</summary>
    private static bool IsInit(int pid) =>
        ProcFile.Read(pid, "status")?.Split('\n').FirstOrDefault(line => line.StartsWith("NSpid:", StringComparison.Ordinal)) is { } line
        && line.Split('\t')[^1].Trim() == "1";
}
