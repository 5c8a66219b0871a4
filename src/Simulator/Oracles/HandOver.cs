using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Instances;

namespace Granary.Simulator.Oracles;

/// <summary>Two of one index run at once only where one of them makes way, and who makes way is stopped only once its relief was up. The witness sees both as they happen.</summary>
internal static class HandOver
{
    public const string Name = "hand-over";

    /// <summary>What a user changed may reach an instance this long after it was taken.</summary>
    private static readonly TimeSpan Telling = TimeSpan.FromSeconds(60);

    /// <summary>A process of an attempt began.</summary>
    public static void SeeStart(World world, AttemptKey attempt)
    {
        if (world.Clients.OtherLane(attempt.Work) is not { } other || MakesWay(RowOf(world, attempt.Work)) || MakesWay(RowOf(world, other)))
        {
            return;
        }

        foreach (var (older, host) in world.Witness.RunningOf(other).Where(each => !each.Host.Engine.IsFrozen && !NeverTwoAtOnce.IsExcused(world, each.Container.Attempt, each.Host)))
        {
            world.Violate(Name, $"{world.Words(attempt)} runs while {world.Words(older.Attempt)} runs on {host.Name}, and neither makes way");
        }
    }

    /// <summary>A process was stopped by its cell.</summary>
    public static void SeeStop(World world, AttemptKey attempt)
    {
        if (RowOf(world, attempt.Work) is { Phase: InstancePhase.Canceling, IsWanted: false, Process: { } process } row
            && row.Key == attempt
            && world.Database.App(process.App).App is var app
            && row.Revision > AppProcesses.Of(app, process.Type).WantedSince
            && !world.Clients.HaveChanged(process.App, Telling)
            && !WasRelieved(world, attempt))
        {
            world.Violate(Name, $"{world.Words(attempt)} made way and was stopped before its relief was up");
        }
    }

    private static bool WasRelieved(World world, AttemptKey attempt) =>
        RowOf(world, world.Clients.OtherLane(attempt.Work)!.Value) is { } relief
        && Enumerable.Range(attempt.Number + 1, Math.Max(0, relief.Attempt - attempt.Number)).Any(number => world.Witness.HasStarted(new AttemptKey(relief.Work, number)));

    private static bool MakesWay(InstanceState? instance) => instance is { Phase: InstancePhase.Canceling } or { Part: not Part.None };

    private static InstanceState? RowOf(World world, Guid work) => world.Database.Works.Find(work)?.Work as InstanceState;
}
