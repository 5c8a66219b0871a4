using Granary.Core.Access;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Access;

/// <summary>Feature flags in rows of their own, where somebody said something of them.</summary>
internal sealed class FeatureFlagStore(Database database) : IFeatureFlags
{
    private const string Select = "SELECT name AS Name, is_enabled AS IsEnabled, message AS Message, updated_at AS UpdatedAt FROM granary_feature_flag";

    public async Task<FlagSetting> Get(FeatureFlag flag, CancellationToken cancellation) =>
        (await database.One<FlagRow>($"{Select} WHERE name = @Name", new { flag.Name }, cancellation))?.Of(flag) ?? FlagSetting.AtFirst(flag);

    public async Task<IReadOnlyList<FlagSetting>> All(CancellationToken cancellation)
    {
        var said = (await database.Many<FlagRow>(Select, null, cancellation)).ToDictionary(row => row.Name);
        return [.. FeatureFlag.All.Values.Select(flag => said.TryGetValue(flag.Name, out var row) ? row.Of(flag) : FlagSetting.AtFirst(flag))];
    }

    public Task Set(FlagSetting setting, CancellationToken cancellation) => database.Changes(
        """
        INSERT INTO granary_feature_flag (name, is_enabled, message, updated_at) VALUES (@Name, @IsEnabled, @Message, @UpdatedAt)
        ON CONFLICT (name) DO UPDATE SET is_enabled = excluded.is_enabled, message = excluded.message, updated_at = excluded.updated_at
        """,
        new { setting.Flag.Name, setting.IsEnabled, setting.Message, UpdatedAt = ListingRow.Micros(setting.UpdatedAt!.Value) },
        cancellation);

    private sealed class FlagRow
    {
        public string Name { get; init; } = "";

        public bool IsEnabled { get; init; }

        public string? Message { get; init; }

        public long UpdatedAt { get; init; }

        public FlagSetting Of(FeatureFlag flag) => new(flag, IsEnabled, Message, Instants.Of(UpdatedAt));
    }
}
