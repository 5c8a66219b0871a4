using Granary.Core.Access;

namespace Granary.Grains.Ports;

/// <summary>What operators said of feature flags. Read anew for each request that one of them gates.</summary>
public interface IFeatureFlags
{
    Task<FlagSetting> Get(FeatureFlag flag, CancellationToken cancellation);

    /// <summary>By name.</summary>
    Task<IReadOnlyList<FlagSetting>> All(CancellationToken cancellation);

    Task Set(FlagSetting setting, CancellationToken cancellation);
}
