using Granary.Core.Builds;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using Granary.Grains.Cells;
using Granary.Grains.Contracts;
using Granary.Grains.Effects;
using Granary.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Granary.Grains;

/// <summary>Puts the grains and their services into a silo. Storage, blobs, archives, the cell's folder, its journal and the runtime come from the composition root.</summary>
public static class GrainsSiloBuilderExtensions
{
    /// <param name="crashes">Null for the default.</param>
    /// <param name="staging">Null for the default.</param>
    public static ISiloBuilder AddGranaryGrains(this ISiloBuilder silo, TaskPolicy policy, CrashPolicy? crashes = null, StagingPolicy? staging = null)
    {
        silo.Services.AddGranaryWire();
        silo.Services.AddSingleton(policy);
        silo.Services.TryAddSingleton(new PasswordSeal(null));
        silo.Services.AddSingleton(crashes ?? CrashPolicy.Default);
        silo.Services.AddSingleton(staging ?? StagingPolicy.Default);
        silo.Services.AddSingleton<AppLog>();
        silo.Services.AddSingleton<IEffectRunner, EffectRunner>();
        silo.Services.AddOptions<PlacementOptions>().ValidateDataAnnotations().ValidateOnStart();
        silo.Services.AddSingleton(services => services.GetRequiredService<IOptions<PlacementOptions>>().Value);
        silo.Services.AddOptions<MovingOptions>().ValidateDataAnnotations().ValidateOnStart();
        silo.Services.AddHostedService<SiloWatch>();
        silo.AddIncomingGrainCallFilter<BrokenRuleLog>();
        return silo;
    }

    /// <summary>
    /// Makes this silo a candidate for a cell: it serves the cell as soon as it holds the cell's folder. Where somebody enforces leases, only as long as the cell
    /// has one.
    /// </summary>
    public static ISiloBuilder AddGranaryCell(this ISiloBuilder silo)
    {
        silo.Services.AddOptions<CellOptions>().ValidateDataAnnotations().ValidateOnStart();
        silo.Services.AddSingleton<CellServices>();
        silo.Services.AddSingleton<CellSuccession>();
        silo.Services.AddSingleton<ICellLease>(services => services.GetService<IWardenLink>() is null
            ? ActivatorUtilities.CreateInstance<NoLease>(services)
            : ActivatorUtilities.CreateInstance<CellLease>(services));
        silo.Services.AddSingleton<CellAgent>();
        silo.Services.AddSingleton<ICellAgent>(services => services.GetRequiredService<CellAgent>());
        silo.Services.AddSingleton<IHostedService>(services => services.GetRequiredService<CellAgent>());
        silo.AddPlacementDirector<ServedPlacement, ServedPlacementDirector>();
        return silo;
    }
}
