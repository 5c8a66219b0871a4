using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Tasks;

namespace Granary.Core.Instances;

/// <summary>
/// The environment of an instance's process, as Cloud Foundry makes it. The guid of the instance and the number of the attempt stand there under the names
/// that tasks know too: a program that fences its writes by them need not know what it runs as.
/// </summary>
public static class InstanceEnvironment
{
    public const string GuidVariable = "GRANARY_INSTANCE_GUID";

    public const string AttemptVariable = "GRANARY_INSTANCE_ATTEMPT";

    public static ImmutableSortedDictionary<string, string> For(AppState app, Release release, string type, int index, int memoryMb, int diskMb, TaskPolicy policy)
    {
        var process = new ProcessKey(app.Id, type);
        var instance = InstanceId.Of(process, index);
        var number = index.ToString(CultureInfo.InvariantCulture);
        return AppEnvironment.For(
                app,
                release.Droplet,
                release.Environment,
                release.Droplet.Id.Value,
                memoryMb,
                diskMb,
                policy,
                release.Place ?? PlaceNames.Default,
                new("process_id", AppProcesses.Guid(process)),
                new("process_type", type),
                new("instance_index", index))
            .SetItem("INSTANCE_INDEX", number)
            .SetItem("CF_INSTANCE_INDEX", number)
            .SetItem(GuidVariable, instance.ToString())
            .SetItem(TaskEnvironment.GuidVariable, instance.ToString());
    }

    /// <summary>Adds what differs from run to run; Cloud Foundry's instance guid is one of them.</summary>
    public static ImmutableSortedDictionary<string, string> ForAttempt(ImmutableSortedDictionary<string, string> environment, AttemptKey attempt, string address)
    {
        var run = InstanceId.OfRun(attempt).ToString("D");
        var application = JsonNode.Parse(environment[AppEnvironment.Application])!;
        application["instance_id"] = run;
        return AppEnvironment.ForAttempt(environment, attempt, address)
            .SetItem(AppEnvironment.Application, application.ToJsonString())
            .SetItem(AttemptVariable, attempt.Number.ToString(CultureInfo.InvariantCulture))
            .SetItem("INSTANCE_GUID", run)
            .SetItem("CF_INSTANCE_GUID", run);
    }
}
