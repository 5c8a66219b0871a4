using System.Collections.Immutable;
using System.Text.Json;
using Granary.Api.Wire;
using Granary.Core.Apps;

namespace Granary.Api.Apps;

/// <summary>The body of a create. Every rule of names, labels and variables is asked before anything is made.</summary>
internal sealed record AppRequest(string Name, Lifecycle Lifecycle, ImmutableSortedDictionary<string, string?> Variables, Metadata Metadata)
{
    public static AppRequest Read(Body body)
    {
        var name = body.Text("name") ?? "";
        var lifecycle = LifecycleOf(body);
        if (body.Object("relationships") is { } relationships && relationships.Related("space") is { } space && space != Home.Space.ToString("D"))
        {
            body.Fault("Invalid space. Ensure that the space exists and you have access to it.");
        }

        var variables = Environment(body, "environment_variables");
        var metadata = body.Metadata().OnNothing;
        var app = AppMachine.Decide(new AppState(), new AppEvent.Created(default, default, name, Home.Space, lifecycle, metadata, variables));
        foreach (var fault in app.Refusal?.Details ?? [])
        {
            body.Fault(fault);
        }

        body.ThrowIfFaulty();
        return new AppRequest(name, lifecycle, variables, metadata);
    }

    /// <summary>PATCH changes metadata. Name and lifecycle may be given as they are.</summary>
    public static MetadataChange ReadChange(Body body, AppState app)
    {
        if (body.Text("name") is { } name && name != app.Name)
        {
            body.Fault("Name cannot be changed");
        }

        if (body.Has("lifecycle") && LifecycleOf(body) != app.Lifecycle)
        {
            body.Fault("Lifecycle type cannot be changed");
        }

        var change = body.ValidMetadata();
        body.ThrowIfFaulty();
        return change;
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

    private static Lifecycle LifecycleOf(Body body)
    {
        if (body.Object("lifecycle") is not { } lifecycle)
        {
            return Lifecycle.Bits;
        }

        _ = lifecycle.Members("data").Count(); // Buildpacks and stack are the operator's choice here.
        return lifecycle.Word("type", ("buildpack", Lifecycle.Bits), ("docker", Lifecycle.Docker)) ?? Lifecycle.Bits;
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
