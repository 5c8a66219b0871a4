using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Audit;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Orleans.Concurrency;

namespace Granary.Grains;

/// <summary>Hands questions to the listing columns and the log store.</summary>
[StatelessWorker]
[Reentrant]
internal sealed class ListingGrain(IRows<TaskState> tasks, IRows<InstanceState> instances, IRows<AppState> apps, IRows<PackageState> packages, IRows<DropletState> droplets, IRows<AuditEvent> events, ILogStore logs) : Grain, IListingGrain
{
    public Task<RowPage<TaskState>> Tasks(RowQuery query) => tasks.Page(query, CancellationToken.None);

    public Task<RowPage<InstanceState>> Instances(RowQuery query) => instances.Page(query, CancellationToken.None);

    public Task<RowPage<AppState>> Apps(RowQuery query) => apps.Page(query, CancellationToken.None);

    public Task<RowPage<PackageState>> Packages(RowQuery query) => packages.Page(query, CancellationToken.None);

    public Task<RowPage<DropletState>> Droplets(RowQuery query) => droplets.Page(query, CancellationToken.None);

    public Task<RowPage<AuditEvent>> Events(RowQuery query) => events.Page(query, CancellationToken.None);

    public Task<ImmutableArray<LogLine>> Logs(LogQuery query) => logs.Read(query, CancellationToken.None);
}
