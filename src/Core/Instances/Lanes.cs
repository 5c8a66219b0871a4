using System.Text.Json.Serialization;

namespace Granary.Core.Instances;

/// <summary>
/// An index of a process has two lanes, each with an instance of its own, so that one can be started before the other is stopped. All but a hand-over needs one:
/// nobody ever hears of the other lane before the first.
/// </summary>
/// <param name="Current">The lane that counts: 0 or 1.</param>
/// <param name="After">Attempts of the lane that came last are numbered above this one, so that the numbers of an index rise from lane to lane.</param>
/// <param name="IsRelieved">The other lane is wanted as well: its instance takes over once it is up.</param>
/// <param name="Leaves">The other lane may still believe that it is wanted: it is told until it has confirmed that it is not.</param>
public sealed record Lanes(int Current = 0, int After = 0, bool IsRelieved = false, bool Leaves = false)
{
    public static readonly Lanes First = new();

    [JsonIgnore]
    public int Other => 1 - Current;

    /// <summary>A relief is wanted for the instance of the current lane, whose newest attempt this is.</summary>
    public Lanes Relieve(int attempt) => this with { After = attempt, IsRelieved = true, Leaves = false };

    /// <summary>The other lane counts from now on.</summary>
    public Lanes HandOver() => this with { Current = Other, IsRelieved = false, Leaves = true };
}

/// <summary>The part of an instance in a hand-over.</summary>
public enum Part
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>It is to take over from the other lane, and says so when it is up.</summary>
    Relieves,

    /// <summary>The other lane takes over from it: it runs on until then, and no run follows.</summary>
    IsRelieved,
}

/// <summary>What an instance has to tell its app. It is repeated until the app's next order.</summary>
/// <param name="Attempt">Its newest attempt.</param>
/// <param name="Revision">Of the newest order that it knows.</param>
[JsonDerivedType(typeof(MakesWay), "makes-way")]
[JsonDerivedType(typeof(ReliefUp), "relief-up")]
public abstract record InstanceNews(string Type, int Index, int Lane, int Attempt, int Revision)
{
    /// <summary>It has to leave its cell, and asks for a relief first.</summary>
    /// <param name="HasEnded">It does not run any more, and nothing of it will.</param>
    public sealed record MakesWay(string Type, int Index, int Lane, int Attempt, int Revision, bool HasEnded) : InstanceNews(Type, Index, Lane, Attempt, Revision);

    /// <summary>As a relief it is up.</summary>
    public sealed record ReliefUp(string Type, int Index, int Lane, int Attempt, int Revision) : InstanceNews(Type, Index, Lane, Attempt, Revision);
}
