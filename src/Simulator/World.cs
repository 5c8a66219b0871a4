using System.Collections.Immutable;
using System.Globalization;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Runtime;
using Granary.Core.Tasks;
using Granary.Simulator.Oracles;
using Granary.Simulator.Parts;

namespace Granary.Simulator;

/// <summary>What came of a world.</summary>
/// <param name="Violations">In words; empty when every promise was kept.</param>
/// <param name="Strip">What happened, line by line, if the settings asked for it.</param>
/// <param name="Losses">Attempts that were lost with the infrastructure under them.</param>
/// <param name="Unconfirmed">Pairs of attempts that ran at once on the terms of an exception.</param>
/// <param name="Starts">Processes of attempts that were started: one for each task in fair weather.</param>
public sealed record WorldEnd(ImmutableArray<string> Violations, ImmutableArray<string> Strip, int Tasks, int Starts, int Losses, int Unconfirmed, TimeSpan Lasted);

/// <summary>What a task's command is meant to do, whoever runs it.</summary>
internal sealed record Script(TimeSpan Lasts, int ExitCode);

/// <summary>
/// A small cluster in which everything but the rules is made up, from a seed: hosts with engines, wardens and silos, a network, a database, clients, faults.
/// The rules are those of Core: no other ones run in production.
/// </summary>
public sealed class World
{
    /// <summary>When it ends, even if something has not come to its end: time for every task, one after another, since the last fault was mended.</summary>
    private static readonly TimeSpan End = Faults.MendedAt + TimeSpan.FromMinutes(15);

    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<string> violations = [];
    private readonly List<string> strip = [];
    private readonly Dictionary<Guid, Script> scripts = [];
    private int holders;

    public World(WorldSettings settings)
    {
        Settings = settings;
        Chance = new Chance(settings.Seed);
        Agenda = new Agenda();
        Network = new Network(Agenda, Chance);
        Database = new Database(this);
        Witness = new Witness(this);
        var count = Chance.Number(1, 4) is 1 ? Chance.Number(1, 2) : Chance.Number(3, 4);
        var drift = settings.Policy.DriftMax;
        Hosts = [.. Enumerable.Range(0, count).Select(number => new Host(
            this,
            number,
            1 - drift + (2 * drift * Chance.Part()),
            Chance.Seconds(0, 1000),
            new CellCapacity(Chance.Of([128, 256, 1024]), 100_000),
            Chance.Number(1, 2)))];
    }

    public WorldSettings Settings { get; }

    internal Chance Chance { get; }

    internal Agenda Agenda { get; }

    internal Network Network { get; }

    internal Database Database { get; }

    internal Witness Witness { get; }

    internal IReadOnlyList<Host> Hosts { get; }

    internal HashSet<TaskId> Accepted { get; } = [];

    internal HashSet<TaskId> Cancelled { get; } = [];

    public static WorldEnd Run(WorldSettings settings) => new World(settings).Run();

    internal string NewHolder(string name) => string.Create(CultureInfo.InvariantCulture, $"{name}#{++holders}");

    internal void Tell(string who, string what)
    {
        if (Settings.Tells)
        {
            strip.Add(string.Create(CultureInfo.InvariantCulture, $"{Agenda.Now.TotalSeconds,8:0.000} {who,-9} {what}"));
        }
    }

    internal void Violate(string what)
    {
        violations.Add(string.Create(CultureInfo.InvariantCulture, $"at {Agenda.Now.TotalSeconds:0.000} s: {what}"));
        Tell("VIOLATION", what);
    }

    internal void Require(ImmutableArray<string> broken)
    {
        foreach (var rule in broken)
        {
            Violate($"invariant broken: {rule}");
        }
    }

    internal Script Script(AttemptKey attempt) => scripts[attempt.Work];

    internal Host HostOf(Engine engine) => Hosts.Single(each => each.Engine == engine);

    internal static DateTimeOffset Instant(TimeSpan at) => Epoch + at;

    internal static string Words(AttemptKey attempt) => string.Create(CultureInfo.InvariantCulture, $"attempt {attempt.Number} of task {Number(attempt.Work)}");

    private WorldEnd Run()
    {
        foreach (var host in Hosts)
        {
            host.Boot();
        }

        new Faults(this).Draw();
        var tasks = Chance.Number(4, 10);
        for (var number = 1; number <= tasks; number++)
        {
            Client(number);
        }

        while (Agenda.Step(End) && violations.Count == 0 && !IsAtRest(tasks))
        {
        }

        if (violations.Count == 0)
        {
            EndOracles.Check(this);
        }

        return new WorldEnd([.. violations], [.. strip], tasks, Witness.Starts, Database.Tasks.Sum(row => row.Task.Counters.Losses), Witness.Excused.Count, Agenda.Now);
    }

    /// <summary>All is mended and ended, and what came back had time to tell what it found.</summary>
    private bool IsAtRest(int tasks) =>
        Agenda.Now > Faults.MendedAt
        && Accepted.Count == tasks
        && Database.Tasks.All(row => row.Task.IsFinished)
        && (Witness.Excused.Count == 0 || Agenda.Now > Faults.MendedAt + TimeSpan.FromSeconds(60));

    private void Client(int number)
    {
        var id = new TaskId(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 7]));
        scripts[id.Value] = new Script(Chance.Happens(0.5) ? Chance.Seconds(0.3, 8) : Chance.Seconds(5, 45), Chance.Happens(0.75) ? 0 : Chance.Number(1, 5));
        var spec = Spec(number);
        Agenda.At(Chance.Seconds(3, 40), () => Repeat(() => Accepted.Contains(id), silo => silo.Desk.Tell(
            id,
            at => new TaskEvent.Submitted(at, id, new AppId(Guid.Empty), number, spec, Metadata.Empty),
            _ => Accepted.Add(id))));
        if (Chance.Happens(0.15))
        {
            Agenda.At(Chance.Seconds(8, 60), () =>
            {
                var isCancelled = false;
                Repeat(() => isCancelled, silo =>
                {
                    Cancelled.Add(id);
                    silo.Desk.Tell(id, at => new TaskEvent.CancelRequested(at), _ => isCancelled = Accepted.Contains(id));
                });
            });
        }
    }

    /// <summary>A client that asks any living silo until it is answered.</summary>
    private void Repeat(Func<bool> isDone, Action<Silo> ask)
    {
        var silos = Hosts.SelectMany(each => each.Silos).Where(each => each.Acts).ToArray();
        if (silos.Length > 0)
        {
            ask(Chance.Of(silos));
        }

        Agenda.After(TimeSpan.FromSeconds(1), () =>
        {
            if (!isDone())
            {
                Repeat(isDone, ask);
            }
        });
    }

    private TaskSpec Spec(int number) => new(
        $"task-{number}",
        "true",
        null,
        Chance.Of([32, 64, 128]),
        64,
        -1,
        new DropletId(Guid.Empty),
        new ContainerSource("image", null),
        ImmutableSortedDictionary<string, string>.Empty,
        ContainerNetwork.Outbound,
        AttemptPolicy.Default with { LossesMax = Chance.Number(0, 3), RetriesMax = Chance.Number(0, 1), OnCellLoss = Chance.Happens(0.1) ? OnCellLoss.Fail : OnCellLoss.Move },
        null);

    private static int Number(Guid work) => BitConverter.ToInt32(work.ToByteArray());
}
