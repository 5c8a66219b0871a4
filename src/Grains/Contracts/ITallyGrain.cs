using Granary.Core;
using Granary.Core.Quotas;

namespace Granary.Grains.Contracts;

/// <summary>The claims of one organization, of which a quota limits something. Its key is <see cref="Keys.Tally"/>.</summary>
public interface ITallyGrain : IGrainWithStringKey
{
    /// <summary>Gives a task or an app its share, durably, before it is written; or says what of it passes a limit. May be repeated.</summary>
    Task<Refusal?> Claim(Claim claim, Standing standing);
}
