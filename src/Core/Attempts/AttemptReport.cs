using System.Text.Json.Serialization;

namespace Granary.Core.Attempts;

/// <summary>
/// What a cell says about one attempt. The cell repeats a report until it is acknowledged, and every report names its attempt,
/// so a report may arrive late, twice, or for an attempt that is no longer current.
/// </summary>
[JsonDerivedType(typeof(Started), "started")]
[JsonDerivedType(typeof(Exited), "exited")]
[JsonDerivedType(typeof(Lost), "lost")]
[JsonDerivedType(typeof(Declined), "declined")]
[JsonDerivedType(typeof(Displaced), "displaced")]
public abstract record AttemptReport(int Attempt)
{
    /// <summary>The process was seen to run. Told only of work that asks for it (<see cref="AttemptSpec.IsToldUp"/>): a task is content with its end.</summary>
    public sealed record Started(int Attempt) : AttemptReport(Attempt);

    /// <summary>The process ended by itself or by our order, with the engine up all the while or provably absent.</summary>
    public sealed record Exited(int Attempt, AttemptExit Exit) : AttemptReport(Attempt);

    /// <summary>The infrastructure under the attempt was lost. The number is fenced on its cell: it cannot start any more.</summary>
    /// <param name="Evidence">In words: what proves it.</param>
    public sealed record Lost(int Attempt, string Evidence) : AttemptReport(Attempt)
    {
        /// <summary>Nobody watched when its process ended: it may have run until then.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool WasUnwatched { get; init; }
    }

    /// <summary>The cell did not admit the attempt, and nothing was started: no room in its own ledger, or the attempt was not current any more.</summary>
    /// <param name="Permanent">No other cell would do better (the image does not exist, the command cannot be started): this is the end, not a move.</param>
    public sealed record Declined(int Attempt, string Reason, bool Permanent = false) : AttemptReport(Attempt);

    /// <summary>The cell stopped the attempt so that it can run elsewhere (drain). The process is gone.</summary>
    public sealed record Displaced(int Attempt, string Reason) : AttemptReport(Attempt);
}
