namespace Granary.Simulator.Parts;

/// <summary>What carries messages between hosts and the database: late, sometimes very late, sometimes twice, sometimes not at all.</summary>
internal sealed class Network(Agenda agenda, Chance chance)
{
    /// <summary>Ordered pairs of nodes between which nothing passes, with the number of faults that cut them.</summary>
    private readonly Dictionary<(string From, string To), int> cuts = [];

    /// <summary>The part of messages that gets lost.</summary>
    public double Lost { get; set; }

    /// <summary>The part of messages that is slow.</summary>
    public double Slow { get; set; }

    /// <summary>The part of messages that comes twice.</summary>
    public double Doubled { get; set; }

    public void Cut(string from, string to) => cuts[(from, to)] = cuts.GetValueOrDefault((from, to)) + 1;

    public void Mend(string from, string to)
    {
        if (--cuts[(from, to)] == 0)
        {
            cuts.Remove((from, to));
        }
    }

    /// <param name="isOnce">On a connection, which keeps messages from coming twice.</param>
    public void Send(string from, string to, Action arrive, bool isOnce = false)
    {
        if (IsCut(from, to) || chance.Happens(Lost))
        {
            return;
        }

        Carry(from, to, arrive);
        if (!isOnce && chance.Happens(Doubled))
        {
            Carry(from, to, arrive);
        }
    }

    private void Carry(string from, string to, Action arrive)
    {
        var delay = chance.Happens(Slow) ? chance.Milliseconds(20, 600) : chance.Milliseconds(0.2, 6);
        agenda.After(delay, () =>
        {
            if (!IsCut(from, to))
            {
                arrive();
            }
        });
    }

    private bool IsCut(string from, string to) => cuts.Count > 0 && cuts.ContainsKey((from, to));
}
