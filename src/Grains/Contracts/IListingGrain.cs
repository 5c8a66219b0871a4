using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Audit;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using Granary.Grains.Ports;

namespace Granary.Grains.Contracts;

/// <summary>Reads lists and logs past the grains, on whatever silo is near. Its key is 0.</summary>
public interface IListingGrain : IGrainWithIntegerKey
{
    Task<RowPage<TaskState>> Tasks(RowQuery query);

    /// <summary>The name of a row is the process type, its sequence id the index.</summary>
    Task<RowPage<InstanceState>> Instances(RowQuery query);

    Task<RowPage<AppState>> Apps(RowQuery query);

    Task<RowPage<PackageState>> Packages(RowQuery query);

    Task<RowPage<DropletState>> Droplets(RowQuery query);

    /// <summary>The state of a row is the type of the event, its scope the space.</summary>
    Task<RowPage<AuditEvent>> Events(RowQuery query);

    Task<ImmutableArray<LogLine>> Logs(LogQuery query);
}
