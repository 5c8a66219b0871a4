using System.Collections.Immutable;

namespace Granary.Core.Access;

/// <summary>A switch of the operator: what it gates is refused to everybody while it is off, or to everybody but admins.</summary>
/// <param name="IsEnabledAtFirst">Until somebody says otherwise.</param>
/// <param name="PassesAdmins">Whether admins do what it gates all the same.</param>
public sealed record FeatureFlag(string Name, bool IsEnabledAtFirst, bool PassesAdmins = false)
{
    public static readonly FeatureFlag AppBitsUpload = new("app_bits_upload", true, PassesAdmins: true);

    public static readonly FeatureFlag AppScaling = new("app_scaling", true, PassesAdmins: true);

    /// <summary>Off at first in Cloud Foundry; here images are at home.</summary>
    public static readonly FeatureFlag DiegoDocker = new("diego_docker", true);

    public static readonly FeatureFlag EnvVarVisibility = new("env_var_visibility", true);

    public static readonly FeatureFlag SetRolesByUsername = new("set_roles_by_username", true, PassesAdmins: true);

    public static readonly FeatureFlag SpaceDeveloperEnvVarVisibility = new("space_developer_env_var_visibility", true, PassesAdmins: true);

    public static readonly FeatureFlag TaskCreation = new("task_creation", true, PassesAdmins: true);

    public static readonly FeatureFlag UserOrgCreation = new("user_org_creation", false, PassesAdmins: true);

    /// <summary>All that Cloud Foundry knows, by name. Those that are not named above gate what is not here: they are kept and shown.</summary>
    public static readonly ImmutableSortedDictionary<string, FeatureFlag> All = ((FeatureFlag[])
    [
        AppBitsUpload,
        AppScaling,
        DiegoDocker,
        EnvVarVisibility,
        new("hide_marketplace_from_unauthenticated_users", false),
        new("private_domain_creation", true),
        new("resource_matching", true),
        new("route_creation", true),
        new("route_sharing", false),
        new("service_instance_creation", true),
        new("service_instance_sharing", false),
        SetRolesByUsername,
        SpaceDeveloperEnvVarVisibility,
        new("space_scoped_private_broker_creation", true),
        TaskCreation,
        new("unset_roles_by_username", true, PassesAdmins: true),
        UserOrgCreation,
    ]).ToImmutableSortedDictionary(each => each.Name, each => each, StringComparer.Ordinal);
}

/// <summary>What an operator said of a flag.</summary>
/// <param name="Message">What callers are told in place of its name; null for the name.</param>
/// <param name="UpdatedAt">Null until somebody said something.</param>
public sealed record FlagSetting(FeatureFlag Flag, bool IsEnabled, string? Message = null, DateTimeOffset? UpdatedAt = null)
{
    public static FlagSetting AtFirst(FeatureFlag flag) => new(flag, flag.IsEnabledAtFirst);

    /// <summary>Whether it lets a caller do what it gates.</summary>
    public bool Lets(Caller caller) => IsEnabled || (Flag.PassesAdmins && (caller.IsAdmin || (Flag == FeatureFlag.SpaceDeveloperEnvVarVisibility && caller.Authority == Authority.Reader)));
}
