using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Attempts;
using Granary.Core.Cells;
using Granary.Core.Instances;
using Granary.Core.Runtime;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>How often it is looked whether instances are up.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>A little more than a cell takes by itself.</summary>
    private static readonly TimeSpan UsageMax = TimeSpan.FromSeconds(3);

    /// <summary>The states of instances that are wanted or still run.</summary>
    private static readonly ImmutableArray<string> Shown =
        [.. new[] { InstancePhase.Pending, InstancePhase.Running, InstancePhase.Canceling, InstancePhase.Succeeded, InstancePhase.Failed }.Select(InstanceMachine.Upper)];

    /// <summary>Starts the app with its current droplet and settings; nothing happens to one that is started. Does not wait for instances: <see cref="WaitUp"/>.</summary>
    public Task<AppState> Start(AppId app, CancellationToken cancellation = default) => Desire(app, DesiredState.Started, cancellation);

    /// <summary>Stops every instance of the app. Tasks are left alone.</summary>
    public Task<AppState> Stop(AppId app, CancellationToken cancellation = default) => Desire(app, DesiredState.Stopped, cancellation);

    /// <summary>Starts the app anew with its current droplet and settings. Done twice, should its answer be lost with a silo.</summary>
    public Task<AppState> Restart(AppId app, CancellationToken cancellation = default) => Ask(() => App(app).Restart(), cancellation);

    /// <summary>Stops one instance and runs it anew.</summary>
    public Task<InstanceState> RestartInstance(AppId app, string type, int index, CancellationToken cancellation = default) =>
        Ask(() => App(app).RestartInstance(type, index), cancellation);

    /// <summary>How many instances of a process are wanted while the app is started.</summary>
    public Task<AppState> Scale(AppId app, string type, int instances, CancellationToken cancellation = default) =>
        ChangeProcess(app, type, new ProcessChange(Instances: instances), cancellation);

    /// <summary>Changes a process. The number of instances is taken at once, all else by the next start.</summary>
    public Task<AppState> ChangeProcess(AppId app, string type, ProcessChange change, CancellationToken cancellation = default) =>
        Ask(() => App(app).ChangeProcess(type, change), cancellation);

    /// <summary>The instance, or null if it was never wanted. While it is handed over, the one that counts.</summary>
    public async Task<InstanceState?> FindInstance(AppId app, string type, int index, CancellationToken cancellation = default) =>
        await FindApp(app, cancellation) is { } state
            ? await Call(() => grains.GetGrain<IInstanceGrain>(Keys.Instance(AppProcesses.Current(state, type, index))).Get(), cancellation)
            : null;

    /// <summary>Why a PENDING instance waits, in words; null when it does not.</summary>
    public Task<string?> WhyWaiting(InstanceId instance, CancellationToken cancellation = default) =>
        Call(() => grains.GetGrain<IPlacementGrain>(Keys.Placement).Why(instance.Value), cancellation);

    /// <summary>The instances of an app that are wanted or still run, by process type and index. Of two of one index, in the midst of a hand-over, the one that counts.</summary>
    /// <param name="type">Only of this process; null for all.</param>
    public async Task<IReadOnlyList<InstanceState>> Instances(AppId app, string? type = null, CancellationToken cancellation = default)
    {
        var found = new List<InstanceState>();
        var query = new RowQuery { Apps = [app.Value], Names = type is null ? null : [type], States = Shown, PerPage = Core.Limits.InstancesMax };
        do
        {
            var page = await Call(() => Listing.Instances(query), cancellation);
            found.AddRange(page.Items.Where(each => type is null || each.Type == type));
            query = query with { Page = query.Page + 1, After = page.Next };
        }
        while (query.After is not null);
        return [.. found.OrderBy(each => each.Type, StringComparer.Ordinal).ThenBy(each => each.Index).ThenBy(each => each.Standing).DistinctBy(each => (each.Type, each.Index))];
    }

    /// <summary>What runs of instances use now, as far as their cells answer at once: nobody waits long for it.</summary>
    public async Task<IReadOnlyDictionary<AttemptKey, AttemptUsage>> Usage(IEnumerable<InstanceState> instances, CancellationToken cancellation = default)
    {
        var asked = instances.Where(each => each is { HoldsCell: true, UpSince: not null }).GroupBy(each => each.Cell!.Value, each => each.Key);
        var answers = await Task.WhenAll(asked.Select(each => Usage(each.Key, [.. each], cancellation)));
        return answers.SelectMany(each => each).ToDictionary(each => each.Attempt);
    }

    /// <summary>Returns when every instance that the app wants is up in the version of its newest start. Ends early only by its token.</summary>
    public async Task<IReadOnlyList<InstanceState>> WaitUp(AppId app, CancellationToken cancellation = default)
    {
        while (true)
        {
            var state = await FindApp(app, cancellation) ?? throw new RefusedException(new Core.Refusal(Core.RefusalReason.AppNotFound, "App not found"));
            var up = (await Instances(app, null, cancellation)).Where(each => each is { IsRunning: true, UpSince: not null } && each.Spec!.Version == state.Release?.Version).ToArray();
            if (AppProcesses.Wanted(state).All(wanted => up.Count(each => each.Type == wanted.Key && each.Index < wanted.Value) == wanted.Value))
            {
                return up;
            }

            await Task.Delay(LookEvery, clock, cancellation);
        }
    }

    private async Task<ImmutableArray<AttemptUsage>> Usage(CellId cell, ImmutableArray<AttemptKey> attempts, CancellationToken cancellation)
    {
        try
        {
            return await grains.GetGrain<ICellGrain>(Keys.Cell(cell)).Usage(attempts).WaitAsync(UsageMax, clock, cancellation);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return []; // For want of a figure nobody is refused the rest: the next one who asks is told, once also a silo of an older version is replaced.
        }
    }
}
