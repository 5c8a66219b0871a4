using System.Collections.Immutable;
using System.Globalization;

namespace Granary.Chaos.Tests;

/// <summary>Everything that a run may do to a cluster.</summary>
public enum FaultKind
{
    /// <summary>SIGKILL; its warden starts it again.</summary>
    KillSilo,

    /// <summary>SIGKILL; the silo enforces the lease and starts another.</summary>
    KillWarden,

    /// <summary>SIGSTOP, and SIGCONT if it is still there then.</summary>
    StopSilo,

    /// <summary>SIGSTOP to warden and silo at once, and SIGCONT: nobody is there to stop anything, as the documents say.</summary>
    StopSiloAndWarden,

    /// <summary>Warden, silo, engine and all containers are killed at once, and started again later.</summary>
    LoseHost,

    /// <summary>SIGKILL to the engine alone, and a new one later.</summary>
    KillEngine,

    /// <summary>The database is stopped for everybody.</summary>
    StopDatabase,

    /// <summary>No packet passes between one host and all else.</summary>
    CutOff,

    /// <summary>Nor between one host and the database.</summary>
    CutFromDatabase,

    /// <summary>Nor between one host and the other hosts.</summary>
    CutFromCells,

    /// <summary>One host keeps the database, the others keep each other.</summary>
    CutInTwo,

    /// <summary>An operator drains the cell, with half of the time as its deadline, and takes it back.</summary>
    Drain,

    /// <summary>The host is told to end: SIGTERM to its warden. It joins again later.</summary>
    Leave,
}

/// <summary>One fault of a run.</summary>
/// <param name="At">From the beginning of the run.</param>
/// <param name="Lasts">Until it is mended; what is killed comes back by itself or is started again then.</param>
/// <param name="Host">The host that it concerns, from 0; of a cut in two the one that keeps the database.</param>
public sealed record Fault(FaultKind Kind, TimeSpan At, TimeSpan Lasts, int Host)
{
    private static readonly TimeSpan After = TimeSpan.FromSeconds(30);

    public static readonly ImmutableArray<FaultKind> Kinds = [.. Enum.GetValues<FaultKind>()];

    /// <summary>While it lasts, somebody does not reach the database who could before.</summary>
    public bool TakesTheDatabase => Kind is FaultKind.StopDatabase or FaultKind.CutOff or FaultKind.CutFromDatabase or FaultKind.CutInTwo;

    /// <summary>Whether it is there at some instant of this time, with what comes of it for a while after its end.</summary>
    public bool Touches(TimeSpan from, TimeSpan to) => At <= to && At + Lasts + After >= from;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.TotalSeconds:0.0} s {Words}{(Kind is FaultKind.KillSilo or FaultKind.KillWarden ? "" : $" for {Lasts.TotalSeconds:0} s")}");

    private string Words => Kind switch
    {
        FaultKind.KillSilo => $"kill silo-{Host + 1}",
        FaultKind.KillWarden => $"kill the warden of cell-{Host + 1}",
        FaultKind.StopSilo => $"stop silo-{Host + 1}",
        FaultKind.StopSiloAndWarden => $"stop silo-{Host + 1} and its warden",
        FaultKind.LoseHost => $"lose the host of cell-{Host + 1}",
        FaultKind.KillEngine => $"kill the engine of cell-{Host + 1}",
        FaultKind.StopDatabase => "stop the database",
        FaultKind.CutOff => $"cut cell-{Host + 1} off",
        FaultKind.CutFromDatabase => $"cut cell-{Host + 1} from the database",
        FaultKind.CutFromCells => $"cut cell-{Host + 1} from the other cells",
        FaultKind.Drain => $"drain cell-{Host + 1}",
        FaultKind.Leave => $"tell the host of cell-{Host + 1} to end",
        _ => $"cut in two, cell-{Host + 1} with the database",
    };
}
