namespace Granary.Core.Leases;

/// <summary>
/// How many attempts may be moved off lost cells, so that a split of the network, however wrong it is judged, does not start everything anew at once: a
/// burst, and then a rate. Pure; what was not spent gathers up to the burst.
/// </summary>
/// <param name="Burst">Attempts moved at once. Range 1 to 100,000.</param>
/// <param name="PerSecond">Attempts a second after that. Range 1 to 100,000.</param>
/// <param name="Left">What may be moved now.</param>
/// <param name="At">When that was so.</param>
public sealed record MoveBudget(int Burst, int PerSecond, double Left, DateTimeOffset At)
{
    public static MoveBudget Full(int burst, int perSecond, DateTimeOffset at) => new(burst, perSecond, burst, at);

    /// <summary>Takes as many of the wanted moves as may be made now.</summary>
    public (int Granted, MoveBudget Next) Take(int wanted, DateTimeOffset at)
    {
        var gathered = Math.Max(0, (at - At).TotalSeconds) * PerSecond;
        var left = Math.Min(Burst, Left + gathered);
        var granted = Math.Min(wanted, (int)left);
        return (granted, this with { Left = left - granted, At = at > At ? at : At });
    }
}
