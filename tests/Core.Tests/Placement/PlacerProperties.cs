using CsCheck;
using Granary.Core.Cells;
using Granary.Core.Placement;
using Granary.Testing;

namespace Granary.Core.Tests.Placement;

public sealed class PlacerProperties
{
    private static readonly Gen<QueuedWork[]> Queues = Gen.Select(Gen.Int[1, 16], Gen.Int[1, 16], Gen.Double[0, 120], Gen.Double[-5, 5], Gen.Int[0, 5])
        .Array[0, 12]
        .Select(tasks => tasks.OrderByDescending(each => each.Item3).Select((each, index) => A.QueuedTask(index + 1, each.Item1 * 16, each.Item2 * 16, each.Item3, each.Item4, each.Item5 == 0 ? null : $"cell-{each.Item5}") with { Process = each.Item2 % 2 == 0 ? A.Worker : null, Segment = SegmentOf(each.Item1) }).ToArray());

    private static readonly Gen<CellSnapshot[]> Cells = Gen.Select(Gen.Int[1, 16], Gen.Int[1, 16], Gen.Int[-2, 16], Gen.Int[-2, 16], Gen.Int[0, 5])
        .Array[0, 5]
        .Select(cells => cells.Select((each, index) => A.Cell($"cell-{index + 1}", each.Item1 * 16, each.Item2 * 16, Math.Min(each.Item1, each.Item3) * 16, Math.Min(each.Item2, each.Item4) * 16, each.Item5 == 0 ? "it drains" : null, workers: each.Item5 % 3) with { Segment = SegmentOf(index) }).ToArray());

    [Fact]
    public void No_pass_gives_more_than_there_is_and_every_task_is_placed_or_explained() => Gen.Select(Queues, Cells).Sample(
        (queue, cells) =>
        {
            var pass = Placer.Place(queue, cells, A.Start);

            var wanted = queue.ToDictionary(each => each.Work);
            foreach (var cell in cells)
            {
                var given = pass.Choices.Where(each => each.Cell == cell.Id).Select(each => wanted[each.Work].Wanted).ToArray();
                Require(given.Length == 0 || (cell.Takes && cell.Free.Holds(given.Aggregate(CellCapacity.Add))), $"{cell.Id} was given more than it has");
                Require(pass.Choices.Where(each => each.Cell == cell.Id).All(each => wanted[each.Work].Segment == cell.Segment), $"{cell.Id} was given what is not of its segment");
            }

            Require(pass.Choices.Select(each => each.Work).Concat(pass.Waiting.Select(each => each.Work)).ToHashSet().SetEquals(wanted.Keys), "a task is neither placed nor waiting");
            Require(pass.Choices.Length + pass.Waiting.Length == queue.Length, "a task is told twice");
            Require(pass.Choices.All(each => !(wanted[each.Work].NotBefore > A.Start)), "a task was placed before its backoff ended");
            Require(pass.Waiting.All(each => pass.Explain(each).Length > 0 && pass.Explain(each) == pass.Explain(each)), "a task waits for no reason");
            Require(pass.NextAt == queue.Select(each => each.NotBefore).Where(each => each > A.Start).Min(), "the next instant is another one");
        },
        iter: 30_000,
        print: each => $"{string.Join('\n', each.Item1.AsEnumerable())}\n{string.Join('\n', each.Item2.AsEnumerable())}");

    [Fact]
    public void A_pass_equals_the_plain_rule_told_task_by_task() => Gen.Select(Queues, Cells).Sample(
        (queue, cells) =>
        {
            var free = cells.ToDictionary(each => each.Id, each => each.Free);
            var workers = cells.ToDictionary(each => each.Id, each => each.Instances!.Values.Sum());
            var kept = new HashSet<CellId>();
            var expected = new List<PlacementChoice>();
            foreach (var task in queue.Where(each => !(each.NotBefore > A.Start)))
            {
                var open = cells.Where(each => each.Takes && each.Segment == task.Segment && !kept.Contains(each.Id)).ToArray();
                var best = open.Where(each => free[each.Id].Holds(task.Wanted)).OrderBy(each => each.Id == task.LastCell).ThenBy(each => task.Process is null ? 0 : workers[each.Id]).ThenByDescending(each => free[each.Id].MemoryMb).ThenBy(each => each.Id.Name, StringComparer.Ordinal).FirstOrDefault();
                if (best is not null)
                {
                    free[best.Id] -= task.Wanted;
                    workers[best.Id] += task.Process is null ? 0 : 1;
                    expected.Add(new PlacementChoice(task.Work, task.Attempt, best.Id));
                }
                else if (A.Start - task.CreatedAt >= TimeSpan.FromSeconds(60)
                    && open.Where(each => each.Total.Holds(task.Wanted)).OrderBy(each => Lack(free[each.Id], task.Wanted)).ThenBy(each => each.Id.Name, StringComparer.Ordinal).FirstOrDefault() is { } keeper)
                {
                    kept.Add(keeper.Id);
                }
            }

            Require(expected.SequenceEqual(Placer.Place(queue, cells, A.Start).Choices), $"expected {string.Join(", ", expected)}");
        },
        iter: 100_000);

    [Fact]
    public void Nobody_starves_however_many_small_tasks_keep_coming() => Gen.Select(Gen.Int[1, 4], Gen.Int[5, 8], Gen.Int[1, 20], Gen.Int[0, 1_000_000]).Sample(
        (cellCount, large, longest, seed) =>
        {
            // Every second three small tasks arrive, which is more than the cells can take, and each runs for a while.
            var random = new Random(seed);
            var cells = Enumerable.Range(1, cellCount).Select(number => A.Cell($"cell-{number}", 8 * 16, 8 * 16)).ToDictionary(each => each.Id);
            var running = new List<(int EndsAt, CellId Cell, CellCapacity Wanted)>();
            var queue = new List<QueuedWork>();
            var number = 0;
            for (var second = 0; second < 400; second++)
            {
                queue.AddRange(Enumerable.Range(0, 3).Select(_ => Arrive(random.Next(1, 4), second)));
                if (second == 10)
                {
                    queue.Add(Arrive(large, second) with { SequenceId = -1 });
                }

                foreach (var (_, cell, wanted) in running.Where(each => each.EndsAt <= second))
                {
                    cells[cell] = cells[cell] with { Free = cells[cell].Free + wanted };
                }

                running.RemoveAll(each => each.EndsAt <= second);
                foreach (var choice in Placer.Place(queue, cells.Values, A.At(second)).Choices)
                {
                    var task = queue.Single(each => each.Work == choice.Work);
                    queue.Remove(task);
                    cells[choice.Cell] = cells[choice.Cell] with { Free = cells[choice.Cell].Free - task.Wanted };
                    running.Add((second + random.Next(1, longest + 1), choice.Cell, task.Wanted));
                }

                if (second > 10 && queue.TrueForAll(each => each.SequenceId != -1))
                {
                    return;
                }
            }

            throw new InvalidOperationException("the large task still waits");

            QueuedWork Arrive(int size, int second) => A.QueuedTask(++number, size * 16, size * 16) with { CreatedAt = A.At(second) };
        },
        iter: 200);

    private static string? SegmentOf(int number) => number % 3 == 2 ? "secure" : null;

    private static double Lack(CellCapacity free, CellCapacity wanted) =>
        Math.Max(Math.Max(0, (wanted.MemoryMb - (double)free.MemoryMb) / wanted.MemoryMb), Math.Max(0, (wanted.DiskMb - (double)free.DiskMb) / wanted.DiskMb));

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new InvalidOperationException(rule);
        }
    }
}
