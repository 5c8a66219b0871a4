using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Granary.Core.Attempts;
using Granary.Core.Tasks;

namespace Granary.Core.Apps;

/// <summary>What the environments of an app's tasks and instances share (Cloud Foundry, section 1.9): what operators give to all, then the app's variables, then the platform's; the later ones win.</summary>
internal static class AppEnvironment
{
    public const string Application = "VCAP_APPLICATION";

    /// <param name="variables">The app's own.</param>
    /// <param name="version">The guid by which Cloud Foundry tells one state of an app from the next; for a task its own.</param>
    /// <param name="more">What VCAP_APPLICATION says besides.</param>
    public static ImmutableSortedDictionary<string, string> For(
        AppState app,
        DropletState droplet,
        ImmutableSortedDictionary<string, string> variables,
        Guid version,
        int memoryMb,
        int diskMb,
        TaskPolicy policy,
        PlaceNames place,
        params IEnumerable<KeyValuePair<string, object?>> more)
    {
        var application = new Dictionary<string, object?>
        {
            ["cf_api"] = policy.ApiUrl,
            ["limits"] = new Dictionary<string, int> { ["fds"] = Limits.OpenFiles, ["mem"] = memoryMb, ["disk"] = diskMb },
            ["application_name"] = app.Name,
            ["name"] = app.Name,
            ["application_uris"] = Array.Empty<string>(),
            ["uris"] = Array.Empty<string>(),
            ["space_name"] = place.SpaceName,
            ["space_id"] = app.Space.ToString("D"),
            ["organization_name"] = place.OrganizationName,
            ["organization_id"] = place.Organization.ToString("D"),
            ["users"] = null,
            ["application_id"] = app.Id.ToString(),
            ["version"] = version.ToString("D"),
            ["application_version"] = version.ToString("D"),
            ["host"] = "0.0.0.0",
            ["instance_id"] = "",
        };
        foreach (var (key, value) in more)
        {
            application[key] = value;
        }

        var environment = (place.Variables?.SetItems(variables) ?? variables)
            .SetItem("MEMORY_LIMIT", string.Create(CultureInfo.InvariantCulture, $"{memoryMb}m"))
            .SetItem(Application, JsonSerializer.Serialize(application))
            .SetItem("VCAP_SERVICES", "{}")
            .SetItem("CF_INSTANCE_PORTS", "[]")
            .SetItem("CF_INSTANCE_PORT", "")
            .SetItem("CF_INSTANCE_ADDR", "");
        return droplet.Lifecycle == Lifecycle.Bits
            ? environment
                .SetItem("HOME", TaskEnvironment.AppDirectory)
                .SetItem("TMPDIR", "/home/vcap/tmp")
                .SetItem("DEPS_DIR", "/home/vcap/deps")
                .SetItem("USER", TaskRules.DropletUser)
                .SetItem("LANG", "en_US.UTF-8")
            : environment;
    }

    /// <summary>Adds what differs from attempt to attempt: the number, with which a program can fence its own writes, and the address.</summary>
    public static ImmutableSortedDictionary<string, string> ForAttempt(ImmutableSortedDictionary<string, string> environment, AttemptKey attempt, string address) =>
        environment
            .SetItem(TaskEnvironment.AttemptVariable, attempt.Number.ToString(CultureInfo.InvariantCulture))
            .SetItem("CF_INSTANCE_IP", address)
            .SetItem("CF_INSTANCE_INTERNAL_IP", address);
}
