using System.Collections.Immutable;
using System.Text;

namespace Granary.Simulator.Plans;

/// <summary>What can go wrong in a world. Each has a word of its own in scenarios and on the command line.</summary>
public enum FaultKind
{
    /// <summary>The silo that serves a cell is killed; its warden starts it again.</summary>
    KillSilo,

    /// <summary>The silo that serves a cell hangs, and goes on.</summary>
    StopSilo,

    /// <summary>A warden is killed; its silo starts another.</summary>
    KillWarden,

    /// <summary>A warden hangs, and goes on.</summary>
    StopWarden,

    /// <summary>Warden and silo of a cell hang at once: nobody is left to stop anything. The exception that the docs name.</summary>
    StopBoth,

    /// <summary>An engine is down; containers live on. Amount 1: it ends them all when it starts again.</summary>
    KillEngine,

    /// <summary>An engine takes seconds for what takes it milliseconds.</summary>
    SlowEngine,

    /// <summary>A host loses its power, and all that ran on it.</summary>
    KillCell,

    /// <summary>Hosts are cut off from all others and from the database.</summary>
    Cut,

    /// <summary>Nothing passes between a host and the database. Amount 1: only what it sends is lost; 2: only what comes back.</summary>
    CutDatabase,

    /// <summary>Nothing passes between two hosts. Amount as above.</summary>
    CutPair,

    /// <summary>The database is down.</summary>
    KillDatabase,

    /// <summary>The database hangs, and carries out late what arrived.</summary>
    HangDatabase,

    /// <summary>Every answer of the database takes up to Amount seconds.</summary>
    SlowDatabase,

    /// <summary>Amount is the part of writes that fail; of half of them nobody knows that they were carried out.</summary>
    FailWrites,

    /// <summary>Amount is the part of messages that is lost.</summary>
    LoseMessages,

    /// <summary>Amount is the part of messages that is late.</summary>
    DelayMessages,

    /// <summary>Amount is the part of messages that comes twice.</summary>
    DoubleMessages,

    /// <summary>An operator drains a cell; the deadline is half of the time after which it is uncordoned.</summary>
    Drain,

    /// <summary>A host is told to end, as by a shutdown: its warden has the cell drained for a short time, ends the silos, kills what is left and ends. Then it is started again.</summary>
    EndHost,
}

public static class FaultKinds
{
    public static readonly ImmutableArray<FaultKind> All = [.. Enum.GetValues<FaultKind>()];

    /// <summary>"kill-silo".</summary>
    public static string Word(FaultKind kind)
    {
        var word = new StringBuilder();
        foreach (var letter in kind.ToString())
        {
            word.Append(char.IsUpper(letter) && word.Length > 0 ? "-" : "").Append(char.ToLowerInvariant(letter));
        }

        return word.ToString();
    }

    public static FaultKind? Of(string word) => All.Select(kind => (FaultKind?)kind).FirstOrDefault(kind => Word(kind!.Value) == word);

    /// <summary>Whether it strikes one cell.</summary>
    public static bool IsOfCell(FaultKind kind) => kind is not (FaultKind.KillDatabase or FaultKind.HangDatabase or FaultKind.SlowDatabase or FaultKind.FailWrites or FaultKind.LoseMessages or FaultKind.DelayMessages or FaultKind.DoubleMessages);
}
