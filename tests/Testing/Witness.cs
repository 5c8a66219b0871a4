using System.Globalization;
using System.Text;

namespace Granary.Testing;

/// <summary>An attempt as it was seen from outside: the time from the first to the last look that found a process of it in a container.</summary>
/// <param name="Container">The engine's id of the container.</param>
/// <param name="First">By the witness' clock.</param>
/// <param name="Last">By the witness' clock; the process was gone at the next look, unless the witness was stopped.</param>
public sealed record Sighting(Guid Task, int Attempt, string Container, TimeSpan First, TimeSpan Last);

/// <summary>
/// Watches the containers of this machine without asking Granary or any engine: every 50 ms it reads which processes the kernel has in the control groups of
/// containers, and of which task and attempt their environment speaks. A process that is frozen is there.
/// </summary>
public sealed class Witness : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>The name of a container's group: the engine's id, alone or in a scope of systemd's.</summary>
    private const int IdLength = 64;

    private readonly Lock gate = new();
    private readonly Dictionary<(Guid Task, int Attempt, string Container), Sighting> seen = [];
    private readonly Dictionary<string, (Guid Task, int Attempt)> containers = new(StringComparer.Ordinal);
    private readonly long began = TimeProvider.System.GetTimestamp();
    private readonly CancellationTokenSource ending = new();
    private readonly Thread looking;
    private readonly string root = Directory.Exists("/sys/fs/cgroup/freezer") ? "/sys/fs/cgroup/freezer" : "/sys/fs/cgroup";

    /// <summary>A witness that watches from now on.</summary>
    public Witness()
    {
        looking = new Thread(LookOn) { IsBackground = true, Name = "witness", Priority = ThreadPriority.Highest };
        looking.Start();
    }

    /// <summary>Its clock.</summary>
    public TimeSpan Now => TimeProvider.System.GetElapsedTime(began);

    /// <summary>The longest time between two looks so far: what was shorter may have been missed.</summary>
    public TimeSpan LongestGap { get; private set; }

    /// <summary>Everything that was seen so far.</summary>
    public IReadOnlyList<Sighting> Sightings
    {
        get
        {
            lock (gate)
            {
                return [.. seen.Values.OrderBy(each => each.First)];
            }
        }
    }

    /// <summary>The sightings of a task.</summary>
    public IReadOnlyList<Sighting> Of(Guid task) => [.. Sightings.Where(each => each.Task == task)];

    /// <summary>Pairs of attempts of one of these tasks of which processes were seen at the same look. Other suites may run beside this one.</summary>
    public IReadOnlyList<(Sighting Earlier, Sighting Later)> TwoAtOnce(IEnumerable<Guid> tasks) => TwoAtOnce(Sightings.Where(each => tasks.Contains(each.Task)));

    /// <summary>Pairs of attempts of one task among these sightings of which processes were seen at the same look.</summary>
    public static IReadOnlyList<(Sighting Earlier, Sighting Later)> TwoAtOnce(IEnumerable<Sighting> sightings) =>
    [
        .. from task in sightings.GroupBy(each => each.Task)
           from earlier in task
           from later in task
           where earlier.First < later.First || (earlier.First == later.First && string.CompareOrdinal(earlier.Container, later.Container) < 0)
           where later.First <= earlier.Last
           select (earlier, later),
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        ending.Cancel();
        looking.Join();
        ending.Dispose();
    }

    private void LookOn()
    {
        var last = Now;
        while (!ending.Token.WaitHandle.WaitOne(LookEvery))
        {
            Look();
            LongestGap = TimeSpan.FromTicks(Math.Max(LongestGap.Ticks, (Now - last).Ticks));
            last = Now;
        }
    }

    private void Look()
    {
        var at = Now;
        foreach (var group in Groups(root))
        {
            if (Processes(group) is not { Length: > 0 } processes)
            {
                continue;
            }

            var container = IdOf(group)!;
            if (!containers.TryGetValue(container, out var attempt))
            {
                if (processes.Select(AttemptOf).FirstOrDefault(each => each is not null) is not { } found)
                {
                    continue; // Somebody else's, or not begun: what prepares a container has not its environment yet.
                }

                containers[container] = attempt = found;
            }

            lock (gate)
            {
                var key = (attempt.Task, attempt.Attempt, container);
                seen[key] = seen.TryGetValue(key, out var before) ? before with { Last = at } : new Sighting(attempt.Task, attempt.Attempt, container, at, at);
            }
        }
    }

    /// <summary>The groups of containers below a group. Groups come and go meanwhile.</summary>
    private static IEnumerable<string> Groups(string folder)
    {
        foreach (var below in Read(() => Directory.GetDirectories(folder)) ?? [])
        {
            if (IdOf(below) is not null)
            {
                yield return below;
            }
            else
            {
                foreach (var deeper in Groups(below))
                {
                    yield return deeper;
                }
            }
        }
    }

    private static string? IdOf(string group)
    {
        var name = Path.GetFileNameWithoutExtension(group);
        var id = name.StartsWith("docker-", StringComparison.Ordinal) ? name["docker-".Length..] : name;
        return id.Length == IdLength && id.All(char.IsAsciiHexDigitLower) ? id : null;
    }

    private static string[] Processes(string group) => Read(() => File.ReadAllLines(Path.Combine(group, "cgroup.procs"))) ?? [];

    private static (Guid Task, int Attempt)? AttemptOf(string process)
    {
        var variables = Read(() => File.ReadAllText($"/proc/{process}/environ", Encoding.Latin1))?.Split('\0') ?? [];
        return Guid.TryParse(Value(variables, "GRANARY_TASK_GUID="), out var task) && int.TryParse(Value(variables, "GRANARY_TASK_ATTEMPT="), CultureInfo.InvariantCulture, out var attempt)
            ? (task, attempt)
            : null;
    }

    private static string? Value(string[] variables, string name) => variables.FirstOrDefault(each => each.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    private static T? Read<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
