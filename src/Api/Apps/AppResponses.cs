using System.Collections.Immutable;
using System.Text.Json;
using Granary.Api.Wire;
using Granary.Core.Apps;
using Granary.Core.Quotas;
using Granary.Core.Tasks;

namespace Granary.Api.Apps;

internal sealed record ShownLifecycle(string Type, object Data)
{
    /// <param name="stack">The image under the droplet; null before it is known.</param>
    public static ShownLifecycle Of(Lifecycle lifecycle, ImmutableArray<string> buildpacks, string? stack = null) => lifecycle == Lifecycle.Docker
        ? new ShownLifecycle("docker", new { })
        : new ShownLifecycle("buildpack", new { Buildpacks = buildpacks, Stack = stack });
}

internal sealed record OfSpace(Reference Space, CurrentDroplet CurrentDroplet);

internal sealed record CurrentDroplet(ResourceGuid? Data);

/// <summary>An app as Cloud Foundry shows it.</summary>
internal sealed record AppResponse(
    string Guid,
    string Name,
    string State,
    string CreatedAt,
    string UpdatedAt,
    ShownLifecycle Lifecycle,
    OfSpace Relationships,
    ShownMetadata Metadata,
    Dictionary<string, Link> Links)
{
    public static AppResponse Of(AppState app, Links links)
    {
        var self = $"/v3/apps/{app.Id}";
        return new AppResponse(
            app.Id.ToString(),
            app.Name,
            app.Desired.ToString().ToUpperInvariant(),
            WireJson.Second(app.CreatedAt),
            WireJson.Second(app.UpdatedAt),
            ShownLifecycle.Of(app.Lifecycle, app.Buildpacks),
            new OfSpace(Reference.To(app.Space), new CurrentDroplet(app.CurrentDroplet is { } droplet ? new ResourceGuid(droplet.ToString()) : null)),
            ShownMetadata.Of(app.Metadata),
            new Dictionary<string, Link>
            {
                ["self"] = links.To(self),
                ["space"] = links.To($"/v3/spaces/{app.Space}"),
                ["processes"] = links.To($"{self}/processes"),
                ["packages"] = links.To($"{self}/packages"),
                ["environment_variables"] = links.To($"{self}/environment_variables"),
                ["current_droplet"] = links.To($"{self}/droplets/current"),
                ["droplets"] = links.To($"{self}/droplets"),
                ["tasks"] = links.To($"{self}/tasks"),
                ["start"] = links.To($"{self}/actions/start", "POST"),
                ["stop"] = links.To($"{self}/actions/stop", "POST"),
            });
    }
}

/// <summary>The variables that a user set.</summary>
internal sealed record VariablesResponse(ImmutableSortedDictionary<string, string> Var, Dictionary<string, Link> Links)
{
    public static VariablesResponse Of(AppState app, Links links) => new(app.Environment, new Dictionary<string, Link>
    {
        ["self"] = links.To($"/v3/apps/{app.Id}/environment_variables"),
        ["app"] = links.To($"/v3/apps/{app.Id}"),
    });
}

/// <summary>The whole environment, by where it comes from.</summary>
internal sealed record EnvironmentResponse(
    ImmutableSortedDictionary<string, string> EnvironmentVariables,
    ImmutableSortedDictionary<string, string> StagingEnvJson,
    ImmutableSortedDictionary<string, string> RunningEnvJson,
    Dictionary<string, JsonElement> SystemEnvJson,
    Dictionary<string, JsonElement> ApplicationEnvJson)
{
    private static readonly ImmutableSortedDictionary<string, string> None = ImmutableSortedDictionary<string, string>.Empty;

    /// <param name="standing">Null where the space is gone.</param>
    public static EnvironmentResponse Of(AppState app, Standing? standing, TaskPolicy policy)
    {
        // What tasks get, for a task that does not exist.
        var shown = TaskEnvironment.For(app, new DropletState(), default, policy.MemoryMb, policy, Standing.PlaceOf(standing));
        return new EnvironmentResponse(app.Environment, standing?.StagingVariables ?? None, standing?.RunningVariables ?? None, Only("VCAP_SERVICES"), Only("VCAP_APPLICATION"));

        Dictionary<string, JsonElement> Only(string name)
        {
            using var document = JsonDocument.Parse(shown[name]);
            return new() { [name] = document.RootElement.Clone() };
        }
    }
}

/// <summary>Which droplet is current.</summary>
internal sealed record CurrentDropletResponse(ResourceGuid Data, Dictionary<string, Link> Links)
{
    public static CurrentDropletResponse Of(AppState app, DropletId droplet, Links links) => new(new ResourceGuid(droplet.ToString()), new Dictionary<string, Link>
    {
        ["self"] = links.To($"/v3/apps/{app.Id}/relationships/current_droplet"),
        ["related"] = links.To($"/v3/apps/{app.Id}/droplets/current"),
    });
}
