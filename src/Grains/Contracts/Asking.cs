using Granary.Core.Audit;

namespace Granary.Grains.Contracts;

/// <summary>On whose behalf calls of grains are made: Orleans carries it along with them, and with the calls that follow from them.</summary>
public static class Asking
{
    private const string Key = "granary.requester";

    /// <summary>Null where nobody asks, or nobody is to be told of in the audit.</summary>
    public static Requester? Requester => RequestContext.Get(Key) as Requester;

    /// <summary>For all calls that the caller makes from now on.</summary>
    public static void By(Requester who) => RequestContext.Set(Key, who);
}
