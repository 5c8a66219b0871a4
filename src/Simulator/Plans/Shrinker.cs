using System.Collections.Immutable;

namespace Granary.Simulator.Plans;

/// <summary>Makes a plan that fails as small as it can, so that a person can read why: takes away tasks, faults, apps and cells for as long as it fails the same way.</summary>
public static class Shrinker
{
    /// <summary>With fewer messages chance falls otherwise: as many seeds of it are tried for each smaller plan.</summary>
    private const int SeedsTried = 6;

    /// <param name="fails">Whether a plan fails the same way.</param>
    public static Plan Shrink(Plan plan, Func<Plan, bool> fails)
    {
        while (true)
        {
            var before = Size(plan);
            plan = Less(plan, each => each.Faults.Length, (each, from, count) => each with { Faults = each.Faults.RemoveRange(from, count) }, fails);
            plan = Less(plan, each => each.Tasks.Length, (each, from, count) => each with { Tasks = each.Tasks.RemoveRange(from, count) }, fails);
            plan = Less(plan, each => each.Apps.Length, (each, from, count) => each with { Apps = each.Apps.RemoveRange(from, count) }, fails);
            plan = Less(plan, each => each.Cells.Length - 1, WithoutCells, fails);
            if (Size(plan) == before)
            {
                return plan;
            }
        }
    }

    private static int Size(Plan plan) => plan.Faults.Length + plan.Tasks.Length + plan.Apps.Length + plan.Cells.Length;

    /// <summary>Large parts first, then smaller ones, down to one.</summary>
    private static Plan Less(Plan plan, Func<Plan, int> count, Func<Plan, int, int, Plan> without, Func<Plan, bool> fails)
    {
        for (var part = Math.Max(1, count(plan) / 2); part > 0; part /= 2)
        {
            for (var from = 0; from + part <= count(plan);)
            {
                if (Fails(without(plan, from, part), fails) is { } smaller)
                {
                    plan = smaller;
                }
                else
                {
                    from += part;
                }
            }
        }

        return plan;
    }

    private static Plan? Fails(Plan plan, Func<Plan, bool> fails)
    {
        for (var tried = 0; tried < SeedsTried; tried++)
        {
            var other = plan with { Seed = plan.Seed + (ulong)tried };
            if (fails(other))
            {
                return other;
            }
        }

        return null;
    }

    /// <summary>The last ones go, and the faults that struck them.</summary>
    private static Plan WithoutCells(Plan plan, int from, int count)
    {
        var cells = plan.Cells.RemoveRange(from, count);
        var names = cells.Select(each => each.Name).ToHashSet();
        return plan with
        {
            Cells = cells,
            Faults = [.. plan.Faults
                .Select(each => each with { Cells = [.. each.Cells.Where(names.Contains)] })
                .Where(each => !each.Cells.IsEmpty || !FaultKinds.IsOfCell(each.Kind))],
        };
    }
}
