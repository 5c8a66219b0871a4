using Granary.Core;

namespace Granary.Client;

/// <summary>Granary said no, and says why: see <see cref="Refusal"/>. Nothing was changed.</summary>
public sealed class RefusedException(Refusal refusal) : Exception(refusal.Detail)
{
    public Refusal Refusal => refusal;
}
