using Granary.Core.Tasks;

namespace Granary.Chaos.Tests;

/// <summary>What was called.</summary>
public enum CallKind
{
    Submit,
    Look,
    Cancel,
}

/// <summary>An answer that a client got.</summary>
/// <param name="At">By the witness' clock.</param>
/// <param name="State">Of the task as the answer has it, for example RUNNING; null if the answer knows no such task.</param>
public sealed record Answer(TimeSpan At, CallKind Call, Guid Task, string? State, int SequenceId = 0, string? FailureReason = null)
{
    public bool IsFinished => State is "SUCCEEDED" or "FAILED";
}

/// <summary>What clients were told. What was not acknowledged (503, no answer) is only counted: it may have happened or not.</summary>
public sealed class History
{
    private readonly Lock gate = new();
    private readonly List<Answer> answers = [];
    private readonly List<string> odd = [];
    private readonly HashSet<Guid> cancelled = [];

    public IReadOnlyList<Answer> Answers => Copy(answers);

    /// <summary>Answers that no client should get, in words.</summary>
    public IReadOnlyList<string> Odd => Copy(odd);

    /// <summary>The tasks of which somebody asked that they be cancelled, acknowledged or not.</summary>
    public IReadOnlyCollection<Guid> CancelsAsked => Copy(cancelled);

    /// <summary>Calls that got 503, or none.</summary>
    public int Unanswered { get; private set; }

    public void Add(Answer answer) => With(() => answers.Add(answer));

    public void Add(TimeSpan at, CallKind call, TaskState task) => Add(new Answer(at, call, task.Id.Value, TaskMachine.Upper(task.Phase), task.SequenceId, task.FailureReason));

    public void AddOdd(string words) => With(() => odd.Add(words));

    public void AskedToCancel(Guid task) => With(() => cancelled.Add(task));

    public void WasUnanswered() => With(() => Unanswered++);

    private void With(Action act)
    {
        lock (gate)
        {
            act();
        }
    }

    private T[] Copy<T>(IReadOnlyCollection<T> all)
    {
        lock (gate)
        {
            return [.. all];
        }
    }
}
