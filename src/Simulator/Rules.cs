using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Leases;
using Granary.Core.Placement;
using Granary.Core.Tasks;

namespace Granary.Simulator;

/// <summary>The rules by which a world runs. They are those of Core; a test may put a broken one in the place of any, to show that the oracles would notice.</summary>
public sealed record Rules
{
    public static readonly Rules OfCore = new();

    public Func<TaskState, TaskEvent, Decision<TaskState, AttemptEffect>> Task { get; init; } = TaskMachine.Decide;

    public Func<InstanceState, InstanceEvent, Decision<InstanceState, AttemptEffect>> Instance { get; init; } = InstanceMachine.Decide;

    public Func<AppState, AppEvent, Decision<AppState, AppEffect>> App { get; init; } = AppMachine.Decide;

    public Func<LeaseState, Roster, LeaseEvent, Decision<LeaseState, LeaseEffect>> Lease { get; init; } = LeaseMachine.Decide;

    public Func<WardenState, WardenEvent, LeasePolicy, Decision<WardenState, WardenEffect>> Warden { get; init; } = WardenMachine.Decide;

    public Func<JudgeState, JudgeEvent, LeasePolicy, Decision<JudgeState, JudgeEffect>> Judge { get; init; } = JudgeMachine.Decide;

    public Func<ServingState, ServingEvent, LeasePolicy, Decision<ServingState, ServingEffect>> Serving { get; init; } = ServingMachine.Decide;

    public Func<ServingState, long?, long, TimeSpan, LeasePolicy, bool> MayStart { get; init; } = ServingMachine.MayStart;

    public Func<DrainState, DrainEvent, Decision<DrainState, DrainEffect>> Drain { get; init; } = DrainMachine.Decide;

    public Func<AttemptKey, CellId, WorkState?, TimeSpan, TimeSpan, Finding> Compare { get; init; } =
        static (met, cell, row, unknownFor, orphanAge) => Comparison.Of(met, cell, row, unknownFor, orphanAge, isOnHold: false);

    public Func<AttemptKey, CellId, ProcessEnd, AttemptReport> OfEnd { get; init; } = AttemptVerdict.OfEnd;

    public Func<CellLedger, AttemptKey, CellCapacity, (CellLedger Ledger, string? Reason)> Admit { get; init; } = static (ledger, attempt, wanted) => ledger.Admit(attempt, wanted);

    /// <summary>Of a cell's and of what it is to run.</summary>
    public Func<string?, string?, bool> IsOfSegment { get; init; } = CellSegment.AreSame;

    public Func<IReadOnlyList<QueuedWork>, IReadOnlyCollection<CellSnapshot>, DateTimeOffset, PlacementPolicy, ImmutableArray<PlacementChoice>> Place { get; init; } =
        static (queue, cells, now, policy) => Placer.Place(queue, cells, now, policy).Choices;

    /// <summary>Whether the invariants of Core are asked at each decision. A mutant breaks them at once, so that the oracles would have nothing to show.</summary>
    public bool ChecksInvariants { get; init; } = true;

    /// <summary>What the shell around the rules leaves out.</summary>
    public Omission Omits { get; init; }
}

/// <summary>A duty of the shells that a world leaves out, to show that the oracles would notice.</summary>
public enum Omission
{
    None,

    /// <summary>Nobody stops attempts when the lease runs out.</summary>
    Stop,

    /// <summary>A warden holds without asking anybody.</summary>
    Question,

    /// <summary>Rows are read before the lease by which their attempts are moved.</summary>
    RowsBeforeLease,

    /// <summary>Kills are not noted on the host.</summary>
    KillNotes,

    /// <summary>What is found ended at an adoption is started again under its old number.</summary>
    StartOnce,

    /// <summary>A report is told once and not repeated.</summary>
    Repetition,

    /// <summary>Effects run before the decision that asked for them is durable.</summary>
    SaveFirst,

    /// <summary>Nobody looks for attempts whose cell has lost its lease.</summary>
    MovingSweep,

    /// <summary>Nobody wakes what is due.</summary>
    WakingSweep,

    /// <summary>A number that was given up is not fenced on its host.</summary>
    Fence,

    /// <summary>A silo that takes a cell over compares nothing.</summary>
    Comparison,

    /// <summary>A container is removed before its end was told.</summary>
    TellBeforeRemoval,

    /// <summary>A cell that is drained lets on what is left at the deadline.</summary>
    Displacement,

    /// <summary>An app never hears what its instances tell it.</summary>
    InstanceNews,

    /// <summary>A write is carried out whatever the version of the row.</summary>
    Version,
}
