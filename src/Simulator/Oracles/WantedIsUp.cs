using Granary.Core.Apps;
using Granary.Core.Instances;
using Granary.Core.Placement;

namespace Granary.Simulator.Oracles;

/// <summary>Once faults stop, as many instances are up as their app wants, or there is a reason; and none that it does not want.</summary>
internal static class WantedIsUp
{
    public static IEnumerable<string> Check(World world)
    {
        foreach (var app in world.Database.Apps)
        {
            if (app.WakeAt is not null)
            {
                yield return $"{app.Name} still waits for an instance to confirm what is wanted of it";
            }

            foreach (var (type, process) in app.Processes)
            {
                var wanted = AppProcesses.Wanted(app).GetValueOrDefault(type);
                for (var index = 0; index < Math.Max(process.Slots, wanted); index++)
                {
                    var (key, lanes, isWanted) = (new ProcessKey(app.Id, type), process.LanesOf(index), index < wanted);
                    foreach (var (id, isUp) in new[] { (InstanceId.Of(key, index, lanes.Current), isWanted), (InstanceId.Of(key, index, lanes.Other), isWanted && lanes.IsRelieved) })
                    {
                        if (Fault(world, id, isUp) is { } fault)
                        {
                            yield return $"{world.Clients.NameOf(id.Value)} {fault}";
                        }
                    }
                }
            }
        }
    }

    private static string? Fault(World world, InstanceId id, bool isWanted)
    {
        var instance = world.Database.Works.Find(id.Value)?.Work as InstanceState;
        var runs = world.Witness.RunningOf(id.Value).Where(each => !each.Host.IsGone).ToArray();
        if (!isWanted)
        {
            return instance is null or { Phase: InstancePhase.Stopped } && runs.Length == 0 ? null : $"is not wanted, and it is {instance?.Phase} in {runs.Length} containers";
        }

        return instance switch
        {
            { Phase: InstancePhase.Running, UpSince: not null, Part: not Part.Relieves, Cell: { } cell } when runs is [var run] && run.Host.Cell == cell && run.Container.Attempt == instance.Key => null,
            { Phase: InstancePhase.Failed or InstancePhase.Succeeded, LastEnd: not null, WakeAt: not null } when runs.Length == 0 => null, // It says why, and until when.
            { Phase: InstancePhase.Pending } when runs.Length == 0 && IsExplained(world, instance) => null,
            { Crashes: > 0 } => null, // It is on its way from one crash to the next.
            _ => $"is wanted, and it is {instance?.Phase.ToString() ?? "unknown"} in {runs.Length} containers",
        };
    }

    private static bool IsExplained(World world, InstanceState instance) =>
        instance.NotBefore is not null || world.Leader()?.Placement?.Explain(QueuedWork.Of(instance)) is not null;
}
