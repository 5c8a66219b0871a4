using Granary.Core.Runtime;
using Granary.Grains.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Granary.Grains.Cells;

/// <summary>What serving a cell needs from outside.</summary>
internal sealed class CellServices(
    IContainerRuntime runtime,
    ICellJournal journal,
    IKillNotes kills,
    IStartMarks marks,
    IWorkRows rows,
    ILogStore logs,
    IDropletPacker packer,
    IGrainFactory grains,
    IOptions<CellOptions> options,
    ILocalSiloDetails silo,
    TimeProvider clock,
    ILogger<CellAgent> logger)
{
    public IContainerRuntime Runtime => runtime;

    public ICellJournal Journal => journal;

    public IKillNotes Kills => kills;

    public IStartMarks Marks => marks;

    public IWorkRows Rows => rows;

    public ILogStore Logs => logs;

    public IDropletPacker Packer => packer;

    public IGrainFactory Grains => grains;

    public CellOptions Options => options.Value;

    /// <summary>This silo's name and address. The address has a number that rises with each start.</summary>
    public string Silo { get; } = $"{silo.Name} ({silo.SiloAddress.ToParsableString()})";

    public TimeProvider Clock => clock;

    public ILogger Logger => logger;
}
