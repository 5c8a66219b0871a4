namespace Granary.Simulator.Parts;

/// <summary>What carries messages between hosts and the database: late, sometimes very late, sometimes not at all.</summary>
internal sealed class Network(Agenda agenda, Chance chance)
{
    /// <summary>Ordered pairs of nodes between which nothing passes, with the number of faults that cut them.</summary>
    private readonly Dictionary<(string From, string To), int> cuts = [];

    /// <summary>The part of messages that gets lost.</summary>
    public double Loss { get; set; } = 0.001;

    /// <summary>The part of messages that is slow.</summary>
    public double Slow { get; set; } = 0.01;

    public void Cut(string from, string to) => cuts[(from, to)] = cuts.GetValueOrDefault((from, to)) + 1;

    public void Mend(string from, string to) => cuts[(from, to)] = cuts.GetValueOrDefault((from, to)) - 1;

    public void Send(string from, string to, Action arrive)
    {
        if (IsCut(from, to) || chance.Happens(Loss))
        {
            return;
        }

        var delay = chance.Happens(Slow) ? chance.Milliseconds(20, 600) : chance.Milliseconds(0.2, 6);
        agenda.After(delay, () =>
        {
            if (!IsCut(from, to))
            {
                arrive();
            }
        });
    }

    private bool IsCut(string from, string to) => cuts.GetValueOrDefault((from, to)) > 0;
}
