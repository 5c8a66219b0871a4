namespace Granary.Simulator;

/// <summary>What is going to happen, in the order of true time. Nobody inside the world sees this clock.</summary>
public sealed class Agenda
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> entries = new();
    private long order;

    public TimeSpan Now { get; private set; }

    public void At(TimeSpan at, Action action) => entries.Enqueue(action, (at < Now ? Now : at, order++));

    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>Lets the next thing happen; false when nothing is left before the end.</summary>
    public bool Step(TimeSpan end)
    {
        if (!entries.TryPeek(out _, out var next) || next.At > end)
        {
            return false;
        }

        var action = entries.Dequeue();
        Now = next.At;
        action();
        return true;
    }
}
