using System.Collections.Immutable;
using System.Text.Json;
using Granary.Api.Wire;
using Granary.Core.Egress;
using Granary.Grains.Ports;

namespace Granary.Api.SecurityGroups;

/// <summary>The body of a create, or of a change.</summary>
/// <param name="RunningSpaces">Of a create only; the same for the other.</param>
internal sealed record SecurityGroupRequest(SecurityGroupChange Change, ImmutableArray<Guid> RunningSpaces, ImmutableArray<Guid> StagingSpaces)
{
    public static SecurityGroupRequest Read(Body body)
    {
        var change = Read(body, body.RequiredShortName());
        var spaces = body.Object("relationships");
        var request = new SecurityGroupRequest(change, spaces?.RelatedMany("running_spaces") ?? [], spaces?.RelatedMany("staging_spaces") ?? []);
        body.ThrowIfFaulty();
        return request;
    }

    public static SecurityGroupChange ReadChange(Body body)
    {
        var change = Read(body, body.Has("name") ? body.RequiredShortName() : null);
        body.ThrowIfFaulty();
        return change;
    }

    private static SecurityGroupChange Read(Body body, string? name)
    {
        var (running, staging) = Enabled(body);
        return new SecurityGroupChange(name, Rules(body), running, staging);
    }

    private static ImmutableArray<EgressRule>? Rules(Body body)
    {
        if (!body.Has("rules"))
        {
            return null;
        }

        var (rules, faults) = EgressRuleReader.Read(body.Value("rules") ?? default);
        foreach (var fault in faults)
        {
            body.Fault(fault);
        }

        return rules;
    }

    private static (bool? Running, bool? Staging) Enabled(Body body)
    {
        if (body.Value("globally_enabled") is not { } given)
        {
            return (null, null);
        }

        if (given.ValueKind != JsonValueKind.Object)
        {
            body.Fault("Globally enabled must be an object");
        }
        else if (given.EnumerateObject().Any(each => each.Name is not ("running" or "staging")))
        {
            body.Fault("Globally enabled only allows keys 'running' or 'staging'");
        }
        else if (given.EnumerateObject().Any(each => each.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)))
        {
            body.Fault("Globally enabled values must be booleans");
        }
        else
        {
            return (Of("running"), Of("staging"));
        }

        return (null, null);

        bool? Of(string name) => given.TryGetProperty(name, out var value) ? value.GetBoolean() : null;
    }
}
