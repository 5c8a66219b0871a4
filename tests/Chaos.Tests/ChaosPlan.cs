using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using Granary.Simulator;

namespace Granary.Chaos.Tests;

/// <summary>What a run does, drawn from its seed and nothing else: the same seed and settings are the same plan on every machine.</summary>
/// <param name="Workers">How many instances are to stay up meanwhile.</param>
public sealed record ChaosPlan(ImmutableArray<ScriptedTask> Tasks, ImmutableArray<Fault> Faults, int Workers)
{
    /// <summary>How often a client submits: two cores start about as many containers beside all else.</summary>
    private const double TasksPerSecond = 0.6;

    /// <summary>Tasks are there when the first fault comes.</summary>
    private static readonly TimeSpan FirstFault = TimeSpan.FromSeconds(3);

    public static ChaosPlan Draw(ulong seed, ChaosSettings settings)
    {
        var chance = new Chance(seed);
        return settings.IsFenced
            ? new([.. DrawTasks(chance, settings, Any).OrderBy(each => each.At)], [.. DrawFaults(chance, settings).OrderBy(each => each.At)], settings.Workers)
            : new([.. DrawTasks(chance, settings, (task, chance) => Sleeping(task, "long", 0, chance.Seconds(20, 40))).OrderBy(each => each.At)], [.. Hangs(settings)], 0);
    }

    private static IEnumerable<ScriptedTask> DrawTasks(Chance chance, ChaosSettings settings, Func<ScriptedTask, Chance, ScriptedTask> write)
    {
        var count = (int)(settings.Length.TotalSeconds * TasksPerSecond);
        for (var number = 0; number < count; number++)
        {
            var task = new ScriptedTask(Identity(chance), "", "", settings.Length * (chance.Part() * 0.95), chance.Number(0, settings.Silos - 1))
            {
                IsRepeated = chance.Happens(0.3),
                ByClient = chance.Happens(0.3),
                HasNetwork = chance.Happens(0.5),
            };
            yield return write(task, chance);
        }
    }

    private static ScriptedTask Any(ScriptedTask task, Chance chance) => chance.Number(0, 11) switch
    {
        0 => Sleeping(task, "done", 0, chance.Seconds(0, 4)),
        1 => Sleeping(task, "fails", chance.Number(1, 99), chance.Seconds(0, 4)),
        2 => Sleeping(task, "long, done", 0, chance.Seconds(5, 20)),
        3 => Sleeping(task, "long, fails", chance.Number(1, 99), chance.Seconds(5, 20)),
        4 => Counting(task, "counts", null, chance.Number(1, 99), chance.Seconds(1, 15)),
        5 => task with { Kind = "out of memory", Command = $"sleep {chance.Number(0, 4)}; tail /dev/zero", Exits = [137], RunsOutOfMemory = true },
        6 => Counting(task, "cancelled", null, chance.Number(0, 99), chance.Seconds(10, 20)) with { CancelAfter = chance.Seconds(0, 15) },
        7 => task with { Kind = "deadline", Command = "sleep 600", DeadlineSeconds = chance.Number(2, 20) },
        8 => Sleeping(task, "never moved", 0, chance.Seconds(3, 15)) with { FailsOnLoss = true },
        9 => task with { Kind = "retried", Command = "sleep 1; [ $GRANARY_TASK_ATTEMPT -ge 3 ] && exit 0; exit 9", Exits = [9, 9, 0], Lasts = TimeSpan.FromSeconds(1), RetriesMax = chance.Number(1, 2) },
        // An engine that is started without live restore ends what it finds by SIGTERM: 3 is never the command's own end.
        10 => Counting(task, "hears TERM", "trap 'exit 3' TERM; ", 5, chance.Seconds(5, 20)) with { CancelAfter = chance.Happens(0.5) ? chance.Seconds(1, 10) : null },
        _ => Counting(task, "ignores TERM", "trap '' TERM; ", 6, chance.Seconds(5, 20)) with { CancelAfter = chance.Happens(0.5) ? chance.Seconds(1, 10) : null, LossesMax = chance.Number(0, 1) },
    };

    private static ScriptedTask Sleeping(ScriptedTask task, string kind, int code, TimeSpan lasts) =>
        task with { Kind = kind, Command = string.Create(CultureInfo.InvariantCulture, $"sleep {lasts.TotalSeconds:0.00}; exit {code}"), Exits = [code], Lasts = lasts };

    private static ScriptedTask Counting(ScriptedTask task, string kind, string? trap, int code, TimeSpan lasts)
    {
        var count = (int)(lasts.TotalSeconds * 10);
        return task with { Kind = kind, Command = $"{trap}i=0; while [ $i -lt {count} ]; do i=$((i+1)); echo $i; sleep 0.1; done; exit {code}", Exits = [code], Lasts = TimeSpan.FromSeconds(count / 10.0) };
    }

    private static IEnumerable<Fault> DrawFaults(Chance chance, ChaosSettings settings)
    {
        var last = settings.Length * 0.75;
        var before = FirstFault;
        for (var number = 0; number < settings.Faults; number++)
        {
            // Some come together.
            var at = number > 0 && chance.Happens(0.35) ? before + chance.Seconds(0, 2) : FirstFault + ((last - FirstFault) * chance.Part());
            before = at;
            yield return new Fault(chance.Of(Fault.Kinds), at, chance.Happens(0.3) ? chance.Seconds(1, 4) : chance.Seconds(4, settings.Length.TotalSeconds / 3), chance.Number(0, settings.Silos - 1));
        }
    }

    /// <summary>Long enough that the lease of a cell without a warden lapses.</summary>
    private static IEnumerable<Fault> Hangs(ChaosSettings settings)
    {
        var length = settings.Length / settings.Faults;
        return Enumerable.Range(0, settings.Faults).Select(each => new Fault(FaultKind.StopSilo, FirstFault + (each * length), length * 0.9, each % settings.Silos));
    }

    private static Guid Identity(Chance chance)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, chance.Next());
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], chance.Next());
        return new Guid([.. bytes[..7], (byte)(0x40 | (bytes[7] & 0x0F)), .. bytes[8..]]); // Of version 4: those of version 15 are instances'.
    }
}
