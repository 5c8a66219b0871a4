namespace Granary.Core.Apps;

/// <summary>What programs are told of where they run, in VCAP_APPLICATION: as it was called when they were started.</summary>
public sealed record PlaceNames(Guid Organization, string OrganizationName, string SpaceName)
{
    public static readonly PlaceNames Default = new(Home.Organization, "default", "default");
}
