namespace Granary.Grains;

/// <summary>Tells what fails again and again once, not with every try.</summary>
public sealed class Outage
{
    private int failing;

    /// <summary>Whether this failure is the first since the last success.</summary>
    public bool Begins() => Interlocked.Exchange(ref failing, 1) == 0;

    /// <summary>It works again.</summary>
    public void Ended() => Interlocked.Exchange(ref failing, 0);
}
