using Granary.Core.Instances;

namespace Granary.Chaos.Tests.Oracles;

/// <summary>When everything is mended, each wanted index has exactly one run, which was seen, and nothing of it waits for another.</summary>
internal static class WorkersAreUp
{
    /// <summary>Between two looks of a witness who has much to look at.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    public static IEnumerable<string> Check(Evidence evidence)
    {
        for (var index = 0; index < evidence.WorkersWanted; index++)
        {
            var lanes = evidence.Workers.Where(each => each.Index == index).ToArray();
            if (lanes.Count(each => each is { IsRunning: true, UpSince: not null, Part: Part.None }) != 1 || lanes.Any(each => each is { IsRunning: false, Phase: not InstancePhase.Stopped }))
            {
                yield return $"index {index} has {string.Join(" and ", lanes.Select(each => $"{InstanceMachine.Upper(each.Phase)} in lane {each.Lane}"))}: {Told(evidence, lanes)}";
            }
            else if (!WasSeen(evidence, lanes.Single(each => each.IsRunning)))
            {
                yield return $"index {index} is said to be up and was not seen: {Told(evidence, lanes)}";
            }
        }
    }

    private static bool WasSeen(Evidence evidence, InstanceState worker)
    {
        var guid = InstanceId.Of(worker.Process!.Value, worker.Index).Value;
        return evidence.Sightings.Any(each => each.Task == guid && each.Attempt == worker.Attempt && each.First <= evidence.WorkersAt && each.Last > evidence.WorkersAt - Moment - evidence.WitnessGap);
    }

    private static string Told(Evidence evidence, InstanceState[] lanes) => lanes is [var first, ..] ? evidence.Told(InstanceId.Of(first.Process!.Value, first.Index).Value) : "it has no row";
}
