using System.Net;
using Granary.Silo.Storage;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Granary.Silo;

/// <summary>Makes one silo a member of its cluster.</summary>
internal static class Clustering
{
    public static void AddClustering(this ISiloBuilder silo, SiloOptions options, MembershipOptions membership)
    {
        if (options.IsCluster)
        {
            silo.UseAdoNetClustering((OptionsBuilder<AdoNetClusteringSiloOptions> clustering) => clustering.Configure<Database>((each, database) =>
            {
                each.Invariant = database.Invariant;
                each.DataSource = database.DataSource;
            }));
            silo.Configure<ClusterMembershipOptions>(each => Set(each, membership));
            // The default directory drops grains of silos that live when another dies. This one moves their addresses instead.
#pragma warning disable ORLEANSEXP003 // Experimental, and measured: see docs/decisions/0007-a-cell-is-served-by-whoever-holds-its-folder.md.
            silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
            // It would keep a dead silo's grains asleep for half a minute, so that none lives twice. Ours may: a write carries the version it read.
            silo.Configure<GrainDirectoryOptions>(each => each.RangeLeaseDuration = TimeSpan.Zero);
        }
        else
        {
            silo.UseLocalhostClustering(options.SiloPort, options.GatewayPort);
        }

        silo.Configure<ClusterOptions>(each => (each.ClusterId, each.ServiceId) = (membership.ClusterId, membership.ServiceId));
        silo.Configure<Orleans.Configuration.SiloOptions>(each => each.SiloName = options.SiloName);
        silo.Configure<EndpointOptions>(each =>
        {
            each.AdvertisedIPAddress = IPAddress.Parse(options.Advertise);
            each.SiloPort = options.SiloPort;
            each.GatewayPort = options.GatewayPort;
        });
    }

    private static void Set(ClusterMembershipOptions each, MembershipOptions membership)
    {
        each.ProbeTimeout = membership.ProbeTimeout;
        // Left alone it is four times as long, and no silo may vote for a death before that time, times the missed probes, has passed.
        each.MaxProbeTimeout = membership.ProbeTimeout;
        each.NumMissedProbesLimit = membership.MissedProbesMax;
        each.NumVotesForDeathDeclaration = membership.Votes;
        each.TableRefreshTimeout = membership.ReadListEvery;
        each.IAmAliveTablePublishTimeout = membership.SignEvery;
        each.MaxJoinAttemptTime = membership.JoinMax;
    }
}
