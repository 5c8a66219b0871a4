using Granary.Core.Jobs;
using Granary.Grains.Contracts;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Makes a job, for a client to ask about by its guid.</summary>
    public Task<JobState> BeginJob(JobState job, CancellationToken cancellation = default)
    {
        var grain = Job(new JobId(Guid.NewGuid()));
        return Call(() => grain.Begin(job), cancellation);
    }

    /// <summary>The job, or null.</summary>
    public Task<JobView?> FindJob(JobId job, CancellationToken cancellation = default) => Call(() => Job(job).Get(), cancellation);

    private IJobGrain Job(JobId job) => grains.GetGrain<IJobGrain>(Keys.Job(job));
}
