using Granary.Core.Tasks;

namespace Granary.Chaos.Tests.Oracles;

/// <summary>
/// What clients were told stays true: who was accepted is found ever after, a finished state and its reason never change, an acknowledged cancel ends the task, a number is of one task. Clients get an answer
/// or a clear 503.
/// </summary>
internal static class HistoryAgrees
{
    private static readonly string[] Order = ["PENDING", "RUNNING", "CANCELING"];

    public static IEnumerable<string> Check(Evidence evidence) => evidence.History.Odd
        .Concat(Numbers(evidence))
        .Concat(evidence.History.Answers.GroupBy(each => each.Task).SelectMany(task => Answers(evidence, [.. task.OrderBy(each => each.At)])));

    private static IEnumerable<string> Numbers(Evidence evidence) =>
        from number in evidence.Final.Select(each => (each.SequenceId, Task: each.Id.Value))
            .Concat(evidence.History.Answers.Where(each => each.SequenceId > 0).Select(each => (each.SequenceId, each.Task)))
            .Distinct()
            .GroupBy(each => each.SequenceId)
        where number.Count() > 1
        select $"sequence id {number.Key} is of several tasks: {string.Join(", ", number.Select(each => each.Task))}";

    private static IEnumerable<string> Answers(Evidence evidence, Answer[] answers)
    {
        var final = evidence.FinalOf(answers[0].Task);
        var accepted = answers.FirstOrDefault(each => each.Call == CallKind.Submit);
        foreach (var answer in answers)
        {
            if (answer.State is null && accepted?.At < answer.At)
            {
                yield return $"task {answer.Task} was accepted at {accepted.At.TotalSeconds:0.0} s and was not found at {answer.At.TotalSeconds:0.0} s";
            }

            if (answer.IsFinished && final is not null && (TaskMachine.Upper(final.Phase) != answer.State || (answer.FailureReason is not null && answer.FailureReason != final.FailureReason)))
            {
                yield return $"at {answer.At.TotalSeconds:0.0} s it was told to be {answer.State} ({answer.FailureReason}): {evidence.Told(final)}";
            }

            if (final is not null && answer.SequenceId > 0 && answer.SequenceId != final.SequenceId)
            {
                yield return $"at {answer.At.TotalSeconds:0.0} s it had the number {answer.SequenceId}: {evidence.Told(final)}";
            }

            // An answer may be late, so two that were under way at once say nothing about each other; the end, and CANCELING, stay.
            if (answer.Call == CallKind.Cancel && Order.Contains(answer.State) && answer.State != "CANCELING")
            {
                yield return $"its cancel was acknowledged while it stayed {answer.State}: {answer}";
            }

            if (answer is { Call: CallKind.Cancel, State: "CANCELING" } && final is { IsFinished: true } && !final.Story.Entries.Exists(each => each.Text.Contains("cancel requested", StringComparison.Ordinal)))
            {
                yield return $"its cancel was acknowledged at {answer.At.TotalSeconds:0.0} s, and the story does not know it: {evidence.Told(final)}";
            }
        }
    }
}
