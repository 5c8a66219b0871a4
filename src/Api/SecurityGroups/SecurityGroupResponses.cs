using Granary.Api.Wire;
using Granary.Core.Egress;
using Granary.Grains.Ports;

namespace Granary.Api.SecurityGroups;

internal sealed record GloballyEnabled(bool Running, bool Staging);

internal sealed record OfSecurityGroup(ManyReferences RunningSpaces, ManyReferences StagingSpaces);

/// <summary>A security group as Cloud Foundry shows it.</summary>
internal sealed record SecurityGroupResponse(
    string Guid,
    string CreatedAt,
    string UpdatedAt,
    string Name,
    IReadOnlyList<EgressRule> Rules,
    GloballyEnabled GloballyEnabled,
    OfSecurityGroup Relationships,
    Dictionary<string, Link> Links)
{
    /// <param name="isShown">Whether a space that it is bound to may be named.</param>
    public static SecurityGroupResponse Of(SecurityGroup group, Func<Guid, bool> isShown, Links links) => new(
        group.Guid.ToString("D"),
        WireJson.Second(group.CreatedAt),
        WireJson.Second(group.UpdatedAt),
        group.Name,
        group.Rules,
        new GloballyEnabled(group.IsOfAllRunning, group.IsOfAllStaging),
        new OfSecurityGroup(ManyReferences.To(group.RunningSpaces.Where(isShown)), ManyReferences.To(group.StagingSpaces.Where(isShown))),
        new Dictionary<string, Link> { ["self"] = links.To($"/v3/security_groups/{group.Guid:D}") });
}
