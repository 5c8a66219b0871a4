using Granary.Api.Wire;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Runtime;
using Granary.Core.Tasks;

namespace Granary.Api.Tasks;

/// <summary>The body of a create (section 1.4), with Granary's own wishes under the key "granary".</summary>
/// <param name="Template">The guid of the template process, as it was written; its command is not looked up yet.</param>
internal sealed record TaskRequest(TaskId? Id, TaskSubmission Submission, string? Template)
{
    private const int GuidLengthMax = Core.Limits.GuidLength;

    /// <summary>Faults of the body travel with the submission, so that they and the broken rules come in one answer.</summary>
    public static TaskRequest Read(Body body)
    {
        var template = TemplateGuid(body);
        var droplet = Droplet(body);
        var wishes = body.Object("granary");
        var submission = new TaskSubmission
        {
            Name = body.Text("name"),
            NamesItself = body.Has("name"),
            Command = body.Text("command"),
            User = body.Text("user"),
            MemoryMb = body.Int("memory_in_mb"),
            DiskMb = body.Int("disk_in_mb"),
            LogBytesPerSecond = body.Long("log_rate_limit_in_bytes_per_second"),
            Droplet = droplet,
            Metadata = body.Metadata().OnNothing,
            Network = wishes?.Word("network", ("outbound", ContainerNetwork.Outbound), ("none", ContainerNetwork.None)),
            DeadlineSeconds = wishes?.Int("deadline_in_seconds"),
            LossesMax = wishes?.Int("losses_max"),
            RetriesMax = wishes?.Int("retries_max"),
            OnCellLoss = wishes?.Word("on_cell_loss", ("move", OnCellLoss.Move), ("fail", OnCellLoss.Fail)),
        };
        var id = wishes?.Guid("guid");
        return new TaskRequest(id is { } guid ? new TaskId(guid) : null, submission with { Unreadable = body.Faults }, template);
    }

    /// <summary>PATCH takes metadata and nothing else.</summary>
    public static MetadataChange ReadChange(Body body)
    {
        var change = body.ValidMetadata();
        body.ThrowIfFaulty();
        return change;
    }

    private static string? TemplateGuid(Body body)
    {
        if (body.Object("template") is not { } template)
        {
            return null;
        }

        var process = template.Object("process");
        if (process?.Value("guid") is not { ValueKind: System.Text.Json.JsonValueKind.String } guid)
        {
            body.Fault("Template process guid must be a string");
            return "";
        }

        return WithinLength(guid.GetString()!, "Template process guid", body) ?? "";
    }

    private static DropletId? Droplet(Body body)
    {
        if (body.Value("droplet_guid") is not { } value)
        {
            return null;
        }

        if (value.ValueKind != System.Text.Json.JsonValueKind.String)
        {
            body.Fault("Droplet guid must be a string");
            return null;
        }

        // What is no guid is the guid of nothing, which the app does not find.
        var text = WithinLength(value.GetString()!, "Droplet guid", body);
        return text is null ? null : new DropletId(Guid.TryParseExact(text, "D", out var guid) ? guid : Guid.Empty);
    }

    private static string? WithinLength(string text, string label, Body body)
    {
        if (text.Length is 0 or > GuidLengthMax)
        {
            body.Fault($"{label} must be between 1 and {GuidLengthMax} characters");
            return null;
        }

        return text;
    }
}
