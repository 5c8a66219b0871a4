using System.Collections.Immutable;
using System.Text.Json;
using Granary.Api.Wire;
using Granary.Core.Apps;

namespace Granary.Api.Apps;

/// <summary>The body of a create. Every rule of names, labels and variables is asked before anything is made.</summary>
internal sealed record AppRequest(string Name, Lifecycle Lifecycle, ImmutableArray<string> Buildpacks, ImmutableSortedDictionary<string, string?> Variables, Metadata Metadata)
{
    /// <summary>The guid of the space, as it was written; where none is named the default one.</summary>
    public static string SpaceOf(Body body) => body.Object("relationships") is { } relationships ? relationships.Related("space") ?? "" : Home.Space.ToString("D");

    /// <param name="body">Of which the space was read before.</param>
    /// <param name="space">Null when it is not there, or not to be seen.</param>
    /// <param name="buildpacks">The names that there are.</param>
    public static AppRequest Read(Body body, Guid? space, ImmutableArray<string> buildpacks)
    {
        var name = body.Text("name") ?? "";
        var (lifecycle, named) = LifecycleOf(body, buildpacks) ?? (Lifecycle.Bits, []);
        if (space is null)
        {
            body.Fault(AppMachine.NoSpace);
        }

        var variables = Environment(body, "environment_variables");
        var metadata = body.Metadata().OnNothing;
        var app = AppMachine.Decide(new AppState(), new AppEvent.Created(default, default, name, space ?? Home.Space, lifecycle, metadata, variables, named));
        foreach (var fault in app.Refusal?.Details ?? [])
        {
            body.Fault(fault);
        }

        body.ThrowIfFaulty();
        return new AppRequest(name, lifecycle, named, variables, metadata);
    }

    /// <summary>PATCH changes name, buildpacks and metadata. The type of the lifecycle may be given as it is.</summary>
    /// <param name="buildpacks">The names that there are.</param>
    public static AppEdit ReadChange(Body body, AppState app, ImmutableArray<string> buildpacks)
    {
        var name = body.Text("name");
        var lifecycle = LifecycleOf(body, buildpacks);
        if (lifecycle?.Type is { } type && type != app.Lifecycle)
        {
            body.Fault("Lifecycle type cannot be changed");
        }

        var metadata = body.Metadata();
        var edit = new AppEdit(name, lifecycle?.Type == Lifecycle.Bits ? lifecycle?.Buildpacks : null) { Labels = metadata.Labels, Annotations = metadata.Annotations };
        foreach (var fault in AppMachine.Decide(app, new AppEvent.Edited(default, edit, null, buildpacks)).Refusal?.Details ?? [])
        {
            body.Fault(fault);
        }

        body.ThrowIfFaulty();
        return edit;
    }

    public static ImmutableSortedDictionary<string, string?> ReadVariables(Body body)
    {
        if (!body.Has("var"))
        {
            body.Fault("Var must be an object");
        }

        var variables = Environment(body, "var");
        body.ThrowIfFaulty();
        return variables;
    }

    /// <summary>The guid of the droplet to make current, as text.</summary>
    public static string? ReadDroplet(Body body)
    {
        var guid = body.Object("data")?.Text("guid");
        if (guid is null)
        {
            body.Fault("Current droplet cannot be removed. Replace it with a preferred droplet.");
        }

        body.ThrowIfFaulty();
        return guid;
    }

    /// <summary>The stack is the operator's choice.</summary>
    private static (Lifecycle Type, ImmutableArray<string> Buildpacks)? LifecycleOf(Body body, ImmutableArray<string> known)
    {
        if (body.Object("lifecycle") is not { } lifecycle)
        {
            return null;
        }

        var type = lifecycle.Word("type", ("buildpack", Lifecycle.Bits), ("docker", Lifecycle.Docker)) ?? Lifecycle.Bits;
        return (type, BuildpackNames.Read(lifecycle, known) ?? []);
    }

    /// <summary>Numbers and truth values become text, as in Cloud Foundry; null removes a variable.</summary>
    private static ImmutableSortedDictionary<string, string?> Environment(Body body, string name)
    {
        var variables = ImmutableSortedDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        foreach (var member in body.Members(name))
        {
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.String or JsonValueKind.Null:
                    variables[member.Name] = member.Value.GetString();
                    break;
                case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                    variables[member.Name] = member.Value.GetRawText();
                    break;
                default:
                    body.Fault($"Non-string value in environment variable for key '{member.Name}'");
                    break;
            }
        }

        return variables.ToImmutable();
    }
}
