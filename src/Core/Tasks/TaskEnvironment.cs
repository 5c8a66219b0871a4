using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Granary.Core.Apps;
using Granary.Core.Attempts;

namespace Granary.Core.Tasks;

/// <summary>
/// The environment of a task's process (Cloud Foundry, section 1.9): the app's variables, then the platform's, which win. What only the
/// cell knows comes last, from <see cref="ForAttempt"/>.
/// </summary>
public static class TaskEnvironment
{
    /// <summary>Where a droplet's files lie in its container.</summary>
    public const string AppDirectory = "/home/vcap/app";

    public const string GuidVariable = "GRANARY_TASK_GUID";

    public const string AttemptVariable = "GRANARY_TASK_ATTEMPT";

    public static ImmutableSortedDictionary<string, string> For(AppState app, DropletState droplet, TaskId task, int memoryMb, TaskPolicy policy)
    {
        var environment = app.Environment
            .SetItem("MEMORY_LIMIT", string.Create(CultureInfo.InvariantCulture, $"{memoryMb}m"))
            .SetItem("VCAP_APPLICATION", Application(app, task, memoryMb, policy))
            .SetItem("VCAP_SERVICES", "{}")
            .SetItem("CF_INSTANCE_PORTS", "[]")
            .SetItem("CF_INSTANCE_PORT", "")
            .SetItem("CF_INSTANCE_ADDR", "")
            .SetItem(GuidVariable, task.ToString());
        return droplet.Lifecycle == Lifecycle.Bits
            ? environment
                .SetItem("HOME", AppDirectory)
                .SetItem("TMPDIR", "/home/vcap/tmp")
                .SetItem("DEPS_DIR", "/home/vcap/deps")
                .SetItem("USER", TaskRules.DropletUser)
                .SetItem("LANG", "en_US.UTF-8")
            : environment;
    }

    /// <summary>Adds what differs from attempt to attempt: the number, with which a program can fence its own writes, and the address.</summary>
    public static ImmutableSortedDictionary<string, string> ForAttempt(ImmutableSortedDictionary<string, string> environment, AttemptKey attempt, string address) =>
        environment
            .SetItem(AttemptVariable, attempt.Number.ToString(CultureInfo.InvariantCulture))
            .SetItem("CF_INSTANCE_IP", address)
            .SetItem("CF_INSTANCE_INTERNAL_IP", address);

    private static string Application(AppState app, TaskId task, int memoryMb, TaskPolicy policy) =>
        JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["cf_api"] = policy.ApiUrl,
            ["limits"] = new Dictionary<string, int> { ["fds"] = 16384, ["mem"] = memoryMb, ["disk"] = policy.DiskMb },
            ["application_name"] = app.Name,
            ["name"] = app.Name,
            ["application_uris"] = Array.Empty<string>(),
            ["uris"] = Array.Empty<string>(),
            ["space_name"] = "default",
            ["space_id"] = app.Space.ToString("D"),
            ["organization_name"] = "default",
            ["organization_id"] = app.Space.ToString("D"),
            ["users"] = null,
            ["application_id"] = app.Id.ToString(),
            ["version"] = task.ToString(),
            ["application_version"] = task.ToString(),
            ["host"] = "0.0.0.0",
            ["instance_id"] = "",
        });
}
