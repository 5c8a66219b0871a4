using System.Collections.Immutable;
using System.Globalization;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Leases;
using Granary.Core.Placement;
using Granary.Core.Tasks;
using Granary.Simulator.Oracles;
using Granary.Simulator.Parts;
using Granary.Simulator.Plans;
using Granary.Simulator.Reports;

namespace Granary.Simulator;

/// <summary>How a world is run; nothing of it changes what happens.</summary>
public sealed record WorldOptions
{
    public static readonly WorldOptions Default = new();

    public Rules Rules { get; init; } = Rules.OfCore;

    /// <summary>Whether the event log is kept.</summary>
    public bool Tells { get; init; }

    /// <summary>Whether the attempts and faults are kept for a timeline.</summary>
    public bool KeepsTimeline { get; init; }

    /// <summary>Called once in a while with the virtual time and the tasks that have ended.</summary>
    public Action<TimeSpan, int>? Progress { get; init; }
}

/// <summary>What came of a world.</summary>
/// <param name="Violations">In words, with the oracle's name; empty when every promise was kept.</param>
/// <param name="Log">What happened, line by line, if the options asked for it.</param>
/// <param name="Steps">Things that happened.</param>
public sealed record WorldEnd(ulong Seed, ImmutableArray<string> Violations, ImmutableArray<string> Log, long Steps, TimeSpan Lasted, WorldReport Report);

/// <summary>
/// A cluster in which everything but the rules is made up, from a seed: hosts with engines, wardens and silos, a network, a database, clients, faults.
/// The rules are those of Core: no other ones run in production.
/// </summary>
public sealed class World
{
    /// <summary>In a cluster this large not every warden judges all others: reading so many leases would be all that the world does.</summary>
    private const int AllJudgeMax = 16;

    private const int JudgesMax = 5;

    /// <summary>Stories of finished tasks are kept as long as there are not too many.</summary>
    private const int StoriesMax = 20_000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<string> violations = [];
    private readonly WorldOptions options;
    private readonly Dictionary<CellId, Host> byCell;
    private readonly ImmutableArray<(Host Host, string Name)> grains;
    private readonly Clients clients;
    private bool isAtRest;
    private int holders;

    public World(Plan plan, WorldOptions options)
    {
        (Plan, this.options) = (plan, options);
        Log = new EventLog(options.Tells);
        Chance = new Chance(plan.Seed ^ 0x5DEECE66D);
        Agenda = new Agenda();
        Network = new Network(Agenda, Chance) { Lost = plan.Messages.Lost, Slow = plan.Messages.Slow, Doubled = plan.Messages.Doubled };
        Database = new Database(this);
        Witness = new Witness(this, options.KeepsTimeline);
        Hosts = [.. plan.Cells.Select(cell => new Host(this, cell))];
        byCell = Hosts.ToDictionary(each => each.Cell);
        grains = [.. Hosts.Select(each => (each, each.CandidateNames[0])).Concat(Hosts.SelectMany(each => each.CandidateNames.Skip(1).Select(name => (each, name)))).Take(plan.Silos)];
        GrainSilos = [.. grains.Select(each => each.Name)];
        clients = new Clients(this);
        SkewMax = plan.Cells.IsEmpty ? TimeSpan.Zero : plan.Cells.Max(each => each.Skew.Duration());
        PlacementPolicy = Core.Placement.PlacementPolicy.Default with { KeepRoomAfter = plan.Policies.KeepRoomAfter };
    }

    internal Plan Plan { get; }

    internal Rules Rules => options.Rules;

    internal LeasePolicy Lease => Plan.Policies.Lease;

    internal PlacementPolicy PlacementPolicy { get; }

    /// <summary>How far a wall clock is off at most.</summary>
    internal TimeSpan SkewMax { get; }

    internal TaskPolicy TaskPolicy { get; } = new();

    internal EventLog Log { get; }

    internal Chance Chance { get; }

    internal Agenda Agenda { get; }

    internal Network Network { get; }

    internal Database Database { get; }

    internal Witness Witness { get; }

    internal Clients Clients => clients;

    internal IReadOnlyList<Host> Hosts { get; }

    /// <summary>Names of the silos that carry grains, in the order in which they lead.</summary>
    internal IReadOnlyList<string> GrainSilos { get; }

    public static WorldEnd Run(Plan plan, WorldOptions? options = null) => new World(plan, options ?? WorldOptions.Default).Run();

    internal string NewHolder(string name) => string.Create(CultureInfo.InvariantCulture, $"{name}#{++holders}");

    internal void Tell(string who, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] ref EventWords what)
    {
        if (Log.IsKept)
        {
            Log.Add(Agenda.Now, who, what.Text());
        }
    }

    internal void Violate(string oracle, string what)
    {
        violations.Add(string.Create(CultureInfo.InvariantCulture, $"{oracle}: {what} (at {Agenda.Now.TotalSeconds:0.000} s, step {Agenda.Steps})"));
        Tell("VIOLATION", $"{oracle}: {what}");
    }

    internal void Require(ImmutableArray<string> broken)
    {
        foreach (var rule in Rules.ChecksInvariants ? broken : [])
        {
            Violate("invariant", rule);
        }
    }

    internal Script Script(AttemptKey attempt) => clients.ScriptOf(attempt.Work);

    internal Host HostOf(CellId cell) => byCell[cell];

    internal bool CarriesGrains(string silo) => GrainSilos.Contains(silo);

    internal bool Judges(Host host) => Hosts.Count <= AllJudgeMax || Hosts.Take(JudgesMax).Contains(host);

    /// <summary>One of the silos that carry grains and act; null while there is none.</summary>
    internal Silo? AnyGrainSilo()
    {
        var silos = LivingGrainSilos().ToArray();
        return silos.Length == 0 ? null : Chance.Of(silos);
    }

    /// <summary>The silo whose grains there is one of; null while there is none.</summary>
    internal Silo? Leader() => Database.Leader() is { } name ? LivingGrainSilos().FirstOrDefault(each => each.Name == name) : null;

    internal void NudgePlacement(Host from)
    {
        if (Leader() is { } leader)
        {
            Network.Send(from.Name, leader.Host.Name, () => leader.Receive(leader.Placement!.Nudge));
        }
    }

    /// <summary>What the rows keep of a task that has ended.</summary>
    internal TaskState Ended(TaskState task)
    {
        Witness.TaskEnded(task);
        return Plan.Tasks.Length > StoriesMax ? task with { Story = Core.Stories.Story.Empty } : task;
    }

    internal static DateTimeOffset Instant(TimeSpan at) => Epoch + at;

    internal string Words(AttemptKey attempt) => string.Create(CultureInfo.InvariantCulture, $"attempt {attempt.Number} of {clients.NameOf(attempt.Work)}");

    internal static string Words(WorkState work) => work switch
    {
        TaskState task => string.Create(CultureInfo.InvariantCulture, $"task {task.SequenceId}"),
        InstanceState instance => string.Create(CultureInfo.InvariantCulture, $"instance {instance.Index} of {instance.Type}{(instance.Lane == 0 ? "" : ", lane 1")}"),
        _ => work.ToString(),
    };

    private IEnumerable<Silo> LivingGrainSilos() => grains.Select(each => each.Host.Silos.Find(silo => silo.Name == each.Name)).OfType<Silo>().Where(each => each.Acts);

    private WorldEnd Run()
    {
        foreach (var host in Hosts)
        {
            host.Join();
        }

        new Faults(this).Schedule();
        clients.Schedule();
        var end = Progress.Bound(Plan);
        Agenda.After(LookEvery, Look);
        while (!isAtRest && violations.Count == 0 && Agenda.Step(end))
        {
        }

        if (violations.Count == 0)
        {
            Oracle.CheckAll(this);
        }

        return new WorldEnd(Plan.Seed, [.. violations], [.. Log.Lines], Agenda.Steps, Agenda.Now, Witness.Report(Agenda.Now));
    }

    private void Look()
    {
        Witness.Sample();
        options.Progress?.Invoke(Agenda.Now, Witness.TasksEnded);
        isAtRest = Agenda.Now > Plan.MendedAt && Progress.IsAtRest(this);
        Agenda.After(LookEvery, Look);
    }
}
