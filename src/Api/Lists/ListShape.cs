using System.Collections.Immutable;
using Granary.Grains.Ports;

namespace Granary.Api.Lists;

/// <summary>What one list may be asked for, besides what every list may.</summary>
/// <param name="Filters">Names of its own parameters.</param>
/// <param name="Orders">What it can be ordered by.</param>
internal sealed record ListShape(ImmutableArray<string> Filters, ImmutableDictionary<string, RowOrder> Orders)
{
    public static readonly ImmutableArray<string> Common =
    [
        "page", "per_page", "order_by", "guids", "label_selector",
        "created_ats", "created_ats[lt]", "created_ats[lte]", "created_ats[gt]", "created_ats[gte]",
        "updated_ats", "updated_ats[lt]", "updated_ats[lte]", "updated_ats[gt]", "updated_ats[gte]",
        ListRequest.After,
    ];

    /// <summary>What it is ordered by where nobody says.</summary>
    public RowOrder Default { get; init; } = RowOrder.CreatedAt;

    private static readonly ImmutableDictionary<string, RowOrder> ByTime =
        ImmutableDictionary<string, RowOrder>.Empty.Add("created_at", RowOrder.CreatedAt).Add("updated_at", RowOrder.UpdatedAt);

    public static readonly ListShape Tasks = new(["names", "states", "app_guids", "space_guids", "organization_guids"], ByTime);

    public static readonly ListShape TasksOfApp = new(["names", "states", "sequence_ids"], ByTime);

    public static readonly ListShape Apps = new(["names", "space_guids", "organization_guids"], ByTime.Add("name", RowOrder.Name));

    public static readonly ListShape PackagesOrDroplets = new(["states", "app_guids", "space_guids", "organization_guids"], ByTime);

    public static readonly ListShape PackagesOrDropletsOfApp = new(["states"], ByTime);

    public static readonly ListShape DropletsOfPackage = new(["states"], ByTime);

    public static readonly ListShape Processes = new(["types"], ByTime);

    public static readonly ListShape AllProcesses = new(["types", "app_guids", "space_guids", "organization_guids"], ByTime);

    public static readonly ListShape AuditEvents = new(["types", "target_guids", "space_guids", "organization_guids"], ByTime);

    public static readonly ListShape Buildpacks = new(["names", "stacks"], ByTime.Add("position", RowOrder.Position)) { Default = RowOrder.Position };

    public static readonly ListShape FeatureFlags = new([], ImmutableDictionary<string, RowOrder>.Empty.Add("name", RowOrder.Name));

    public static readonly ListShape UsageEvents = new(["after_guid"], ImmutableDictionary<string, RowOrder>.Empty.Add("created_at", RowOrder.CreatedAt));

    private static readonly ImmutableDictionary<string, RowOrder> ByTimeOrName = ByTime.Add("name", RowOrder.Name);

    public static readonly ListShape Organizations = new(["names"], ByTimeOrName);

    public static readonly ListShape IsolationSegments = new(["names", "organization_guids"], ByTimeOrName);

    public static readonly ListShape OrganizationQuotas = new(["names", "organization_guids"], ByTimeOrName);

    public static readonly ListShape SpaceQuotas = new(["names", "organization_guids", "space_guids"], ByTimeOrName);

    public static readonly ListShape Spaces = new(["names", "organization_guids", "include"], ByTimeOrName);

    public static readonly ListShape SecurityGroups = new(["names", "running_space_guids", "staging_space_guids", "globally_enabled_running", "globally_enabled_staging"], ByTimeOrName);

    public static readonly ListShape SecurityGroupsOfSpace = new(["names"], ByTimeOrName);

    public static readonly ListShape Roles = new(["types", "user_guids", "space_guids", "organization_guids", "include"], ByTime);

    public static readonly ListShape Users = new(["usernames", "origins", "partial_usernames"], ByTime);

    /// <summary>Lists that are always empty, or hold one thing: every filter that cf sends is taken.</summary>
    public static readonly ListShape Small = new(["names", "app_guids", "space_guids", "organization_guids", "domain_guids", "hosts", "paths", "ports"], ByTime.Add("name", RowOrder.Name));
}
