using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Quotas;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Grains;

/// <summary>The thin shell around <see cref="TallyMachine"/>: the one decision point of all submits and starts of an organization that a quota limits.</summary>
internal sealed class TallyGrain(
    [PersistentState(TallyDocument.Kind, StorageNames.Granary)] IPersistentState<TallyDocument> store,
    IHoldings holdings,
    IRows<TaskState> tasks,
    IRows<AppState> apps,
    TaskPolicy policy,
    TimeProvider clock) : DurableGrain<TallyDocument, TallyState>(store), ITallyGrain
{
    /// <summary>States read in one question.</summary>
    private const int ReadAtOnce = 200;

    private static readonly string Started = DesiredState.Started.ToString().ToUpperInvariant();

    public async Task<Refusal?> Claim(Claim claim, Standing standing)
    {
        var claimed = new TallyEvent.Claimed(clock.GetUtcNow(), claim, standing);
        var (before, decision) = await Decide(tally => TallyMachine.Decide(tally, claimed));
        if (decision.Effects.Contains(new TallyEffect.Count()))
        {
            claimed = claimed with { Found = await Count(standing.Organization) };
            (before, decision) = await Decide(tally => TallyMachine.Decide(tally, claimed));
        }

        await Keep(claimed, decision, TallyInvariants.Check(before, claimed, decision));
        return decision.Refusal;
    }

    /// <summary>What the rows say. Only what the list does not know as it is now is read as a whole.</summary>
    private async Task<ImmutableArray<Holding>> Count(Guid organization)
    {
        var known = State.Claims;
        var appRows = await holdings.Apps(organization, CancellationToken.None);
        var spaces = appRows.ToDictionary(each => each.Item, each => each.Space!.Value);
        var taskRows = await holdings.Tasks(spaces.Keys, [.. known.Values.Where(each => each.Kind == ClaimKind.Task).Select(each => each.Holder)], CancellationToken.None);

        var found = ImmutableArray.CreateBuilder<Holding>();
        var unknown = new List<Guid>();
        foreach (var row in taskRows)
        {
            if (!Core.Quotas.Claim.TaskStates.Contains(row.State))
            {
                found.Add(new Holding(row.Item, null, row.UpdatedAt));
            }
            else if (known.TryGetValue(row.Item, out var claim))
            {
                found.Add(new Holding(row.Item, claim, row.UpdatedAt));
            }
            else
            {
                unknown.Add(row.Item);
            }
        }

        found.AddRange((await Read(tasks, unknown)).Where(each => Core.Quotas.Claim.TaskStates.Contains(TaskMachine.Upper(each.Phase))).Select(each =>
            new Holding(each.Id.Value, Core.Quotas.Claim.Of(each.Id, spaces[each.App.Value], each.Spec!, each.CreatedAt), each.UpdatedAt)));

        unknown.Clear();
        foreach (var row in appRows)
        {
            if (row.State != Started)
            {
                found.Add(new Holding(row.Item, null, row.UpdatedAt));
            }
            else if (known.TryGetValue(row.Item, out var claim) && ListingRow.Micros(claim.At) == ListingRow.Micros(row.UpdatedAt))
            {
                found.Add(new Holding(row.Item, claim, claim.At));
            }
            else
            {
                unknown.Add(row.Item);
            }
        }

        found.AddRange((await Read(apps, unknown)).Select(each => new Holding(each.Id.Value, Core.Quotas.Claim.Of(each, policy, each.UpdatedAt), each.UpdatedAt)));
        return found.ToImmutable();
    }

    private static async Task<IEnumerable<TState>> Read<TState>(IRows<TState> rows, IReadOnlyCollection<Guid> guids)
    {
        var found = new List<TState>();
        foreach (var some in guids.Chunk(ReadAtOnce))
        {
            found.AddRange((await rows.Page(new RowQuery { Guids = [.. some], PerPage = some.Length }, CancellationToken.None)).Items);
        }

        return found;
    }
}
