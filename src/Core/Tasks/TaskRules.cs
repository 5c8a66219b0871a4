using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;

namespace Granary.Core.Tasks;

/// <summary>
/// Turns a request into a specification, or into a refusal that names every fault at once. The texts are Cloud Foundry's
/// (reference: Cloud Controller's task model and its validators), because clients match some of them.
/// </summary>
public static class TaskRules
{
    public const string NoDroplet = "Task must have a droplet. Specify droplet or assign current droplet to app.";

    /// <summary>Cloud Foundry's user for droplets.</summary>
    public const string DropletUser = "vcap";

    /// <param name="request">What was asked.</param>
    /// <param name="task">The task's id: the default name is its first eight hex digits, so that a repeated submit says the same.</param>
    /// <param name="app">The app it belongs to.</param>
    /// <param name="droplet">The droplet it is to run from; null when the app has none and none was named.</param>
    /// <param name="policy">The operator's defaults and bounds.</param>
    /// <param name="place">Where the app is, by name.</param>
    public static (TaskSpec? Spec, Refusal? Refusal) Resolve(TaskSubmission request, TaskId task, AppState app, DropletState? droplet, TaskPolicy policy, PlaceNames place)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        var template = request.TemplateProcess is { } type ? AppProcesses.Of(app, type).Settings : ProcessSettings.Default;
        var command = request.Command;
        if (command is null && request.TemplateProcess is not null)
        {
            command = AppProcesses.Command(droplet, template, request.TemplateProcess) ?? "";
        }

        faults.AddRange(request.Unreadable);
        var name = request.NamesItself ? request.Name : DefaultName(task);
        faults.AddRange(CommandFaults(command, request.TemplateProcess));
        faults.AddRange(NameFaults(name));
        faults.AddRange(UserFaults(request.User, policy));
        faults.AddRange(SizeFaults("Memory in mb", request.MemoryMb));
        faults.AddRange(SizeFaults("Disk in mb", request.DiskMb));
        if (request.DiskMb > policy.DiskMbMax)
        {
            faults.Add($"Cannot request disk_in_mb greater than {policy.DiskMbMax}");
        }

        faults.AddRange(LogRateFaults(request.LogBytesPerSecond));
        faults.AddRange(RangeFaults("Deadline in seconds", request.DeadlineSeconds, 1, Limits.DeadlineSecondsMax));
        faults.AddRange(RangeFaults("Losses max", request.LossesMax, 0, Limits.RetriesMax));
        faults.AddRange(RangeFaults("Retries max", request.RetriesMax, 0, Limits.RetriesMax));
        faults.AddRange(MetadataRules.Faults(request.Metadata));
        var isForeign = request.Droplet is not null && (droplet is null || droplet.Id != request.Droplet || droplet.App != app.Id);
        if (!isForeign && droplet is not { Phase: DropletPhase.Staged, Source: not null })
        {
            faults.Add(NoDroplet);
        }

        if (faults.Count > 0)
        {
            return (null, new Refusal(RefusalReason.Invalid, faults.ToImmutable()));
        }

        if (isForeign)
        {
            return (null, new Refusal(RefusalReason.DropletNotFound, "Droplet not found"));
        }

        var memoryMb = request.MemoryMb ?? template.MemoryMb ?? policy.MemoryMb;
        var diskMb = request.DiskMb ?? template.DiskMb ?? policy.DiskMb;
        var user = request.User is { } asked
            ? Allowed(policy).First(each => string.Equals(each, asked, StringComparison.OrdinalIgnoreCase)) // The engine knows only the exact spelling.
            : droplet!.Lifecycle == Lifecycle.Bits ? DropletUser : null;
        return (
            new TaskSpec(
                name!,
                command!,
                user,
                memoryMb,
                diskMb,
                request.LogBytesPerSecond ?? template.LogBytesPerSecond ?? policy.LogBytesPerSecond,
                droplet!.Id,
                droplet.Source!,
                TaskEnvironment.For(app, droplet, task, memoryMb, policy, place),
                request.Network ?? ContainerNetwork.Outbound,
                AttemptPolicy.Default with
                {
                    LossesMax = request.LossesMax ?? AttemptPolicy.Default.LossesMax,
                    RetriesMax = request.RetriesMax ?? AttemptPolicy.Default.RetriesMax,
                    OnCellLoss = request.OnCellLoss ?? AttemptPolicy.Default.OnCellLoss,
                },
                request.DeadlineSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                policy.PendingMax)
            {
                Segment = place.Segment,
                Egress = place.Egress,
            },
            null);
    }

    public static string DefaultName(TaskId task) => task.Value.ToString("N", CultureInfo.InvariantCulture)[..8];

    private static IEnumerable<string> CommandFaults(string? command, string? template)
    {
        if (command is null && template is null)
        {
            yield return "No command or template provided";
        }
        else if (string.IsNullOrWhiteSpace(command))
        {
            yield return "command presence";
        }
        else if (command.Length > Limits.CommandLength)
        {
            yield return $"command must be shorter than {Limits.CommandLength + 1} characters";
        }
        else if (command.Contains('\0', StringComparison.Ordinal))
        {
            yield return "command must not contain a null character";
        }
    }

    private static IEnumerable<string> NameFaults(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            yield return "name presence";
        }

        if (string.IsNullOrEmpty(name) || !name.EnumerateRunes().All(IsPrintable))
        {
            yield return "name format";
        }
        else if (name.Length > Limits.NameLength)
        {
            yield return $"name is too long (maximum is {Limits.NameLength} characters)";
        }
    }

    /// <summary>Letters, digits, punctuation, spaces; no control characters, no line ends of Unicode, no halves of a character (which arrive as U+FFFD).</summary>
    private static bool IsPrintable(Rune rune) =>
        rune != Rune.ReplacementChar
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static ImmutableArray<string> Allowed(TaskPolicy policy) =>
        policy.UsersAllowed.IsDefault ? [DropletUser] : [DropletUser, .. policy.UsersAllowed];

    private static IEnumerable<string> UserFaults(string? user, TaskPolicy policy)
    {
        var allowed = Allowed(policy);
        if (user is { Length: 0 or > Limits.UserLength })
        {
            yield return $"User must be between 1 and {Limits.UserLength} characters";
        }
        else if (user is not null && !allowed.Contains(user, StringComparer.OrdinalIgnoreCase))
        {
            yield return $"User invalid, allowed users are: {string.Join(", ", allowed.Select(each => $"'{each}'"))}";
        }
    }

    internal static IEnumerable<string> SizeFaults(string field, int? value)
    {
        if (value <= 0)
        {
            yield return $"{field} must be greater than 0";
        }
    }

    internal static IEnumerable<string> LogRateFaults(long? value)
    {
        if (value < -1)
        {
            yield return "Log rate limit in bytes per second must be greater than -2";
        }
    }

    private static IEnumerable<string> RangeFaults(string field, int? value, int min, int max)
    {
        if (value < min || value > max)
        {
            yield return $"{field} must be between {min} and {max}";
        }
    }
}
