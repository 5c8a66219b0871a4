using System.Globalization;
using System.Text.RegularExpressions;
using Granary.Core.Tasks;

namespace Granary.Chaos.Tests.Oracles;

/// <summary>An outcome is what the command was told to do, in an attempt that lived as long as that takes; but for tasks that were cancelled, passed their deadline, spent their moves or asked not to be moved.</summary>
internal static partial class OutcomeIsReal
{
    /// <summary>A process is there some moments before its environment tells whose it is.</summary>
    private static readonly TimeSpan SightingDelay = TimeSpan.FromSeconds(0.5);

    public static IEnumerable<string> Check(Evidence evidence) =>
        evidence.Final.Where(each => each.IsFinished).Select(task => Fault(evidence, task, evidence.ScriptOf(task)) is { } fault ? $"{fault}: {evidence.Told(task)}" : null).OfType<string>();

    private static string? Fault(Evidence evidence, TaskState task, ScriptedTask script)
    {
        if (task.Phase == TaskPhase.Succeeded)
        {
            return script.ExitOf(task.Attempt) == 0 ? LivedTooShort(evidence, task, script) : "it succeeded, and was told to end otherwise";
        }

        var reason = task.FailureReason!;
        if (Exited().Match(reason) is { Success: true } exit)
        {
            var code = int.Parse(exit.Groups["code"].Value, CultureInfo.InvariantCulture);
            return code != script.ExitOf(task.Attempt) || code != task.ExitCode ? $"it is said to have exited with {code}, and was told to exit with {script.ExitOf(task.Attempt)}"
                : exit.Groups["memory"].Success != script.RunsOutOfMemory ? "what is said of its memory is not so"
                : task.Counters.Failures < script.RetriesMax ? $"it failed before its {script.RetriesMax} retries were spent"
                : LivedTooShort(evidence, task, script);
        }

        if (reason == TaskMachine.Cancelled)
        {
            return evidence.History.CancelsAsked.Contains(script.Id) ? null : "nobody cancelled it";
        }

        if (reason.StartsWith("deadline of ", StringComparison.Ordinal))
        {
            return script.DeadlineSeconds is { } seconds && task.UpdatedAt >= task.CreatedAt.AddSeconds(seconds) ? null : "its deadline had not passed";
        }

        if (reason.StartsWith("lost ", StringComparison.Ordinal))
        {
            return task.Counters.Losses > script.LossesMax ? null : $"it was lost {task.Counters.Losses} times, and has {script.LossesMax} moves";
        }

        return script.FailsOnLoss && reason.Contains("asked not to be moved", StringComparison.Ordinal) ? null : "it failed for no good reason";
    }

    /// <summary>What ended it early was not its own doing.</summary>
    private static string? LivedTooShort(Evidence evidence, TaskState task, ScriptedTask script)
    {
        var seen = evidence.Sightings.Where(each => each.Task == script.Id && each.Attempt == task.Attempt).Select(each => each.Last - each.First).DefaultIfEmpty().Max();
        var least = script.Lasts - SightingDelay - (2 * evidence.WitnessGap);
        return seen < least ? $"attempt {task.Attempt} was seen for {seen.TotalSeconds:0.0} s, and takes {script.Lasts.TotalSeconds:0.0} s" : null;
    }

    [GeneratedRegex(@"Exited with status (?<code>\d+)(?<memory> \(out of memory\))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Exited();
}
