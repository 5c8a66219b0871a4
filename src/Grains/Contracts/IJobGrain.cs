using Granary.Core.Jobs;

namespace Granary.Grains.Contracts;

/// <summary>One job. Its key is <see cref="Keys.Job"/>.</summary>
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>Makes the job. Repeated, the first counts.</summary>
    Task<JobState> Begin(JobState job);

    /// <summary>Null if there is none.</summary>
    Task<JobView?> Get();
}
