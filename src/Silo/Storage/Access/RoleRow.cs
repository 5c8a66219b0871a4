using Granary.Core.Access;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Access;

/// <summary>A role as it is kept: one in an organization has no space.</summary>
internal sealed class RoleRow
{
    public const string Select = "SELECT guid AS Guid, kind AS Kind, subject AS Subject, organization AS Organization, space AS Space, created_at AS CreatedAt FROM granary_role";

    public string Guid { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Subject { get; init; } = "";

    public string Organization { get; init; } = "";

    public string Space { get; init; } = "";

    public long CreatedAt { get; init; }

    public RoleGrant Grant => GrantOf(Kind, Organization, Space);

    /// <summary>What a role gives, of its columns.</summary>
    public static RoleGrant GrantOf(string kind, string organization, string space) => new(Enum.Parse<Role>(kind), System.Guid.Parse(organization), space.Length == 0 ? null : System.Guid.Parse(space));

    public Membership Membership => new(System.Guid.Parse(Guid), Subject, Grant, Instants.Of(CreatedAt));
}

/// <summary>Instants as columns hold them.</summary>
internal static class Instants
{
    public static DateTimeOffset Of(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}
