using Granary.Core.Tasks;

namespace Granary.Chaos.Tests.Oracles;

/// <summary>The listing columns in the database, and the lists that clients get, are the states of the grains.</summary>
internal static class ListingAgrees
{
    public static IEnumerable<string> Check(Evidence evidence)
    {
        foreach (var task in evidence.Final)
        {
            var wanted = new TaskRow(task.Id.Value, task.App.Value, task.SequenceId, TaskMachine.Upper(task.Phase), task.Cell?.Name, Micros(task.CreatedAt), Micros(task.UpdatedAt), task.WakeAt is { } at ? Micros(at) : null);
            var rows = evidence.Rows.Where(each => each.Task == task.Id.Value).ToArray();
            if (rows is not [var row] || row != wanted)
            {
                yield return $"the database lists {(rows.Length == 0 ? "no such row" : string.Join(" and ", rows.AsEnumerable()))}, and the grain says {wanted}";
            }

            if (!evidence.Listed.Any(each => each.Id == task.Id && (each.Phase, each.Attempt, each.FailureReason, each.UpdatedAt) == (task.Phase, task.Attempt, task.FailureReason, task.UpdatedAt)))
            {
                yield return $"the API lists it otherwise or not at all: {evidence.Told(task)}";
            }
        }

        foreach (var row in evidence.Rows.Where(row => evidence.FinalOf(row.Task) is null))
        {
            yield return $"the database lists {row}, and no grain knows it";
        }
    }

    private static long Micros(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
