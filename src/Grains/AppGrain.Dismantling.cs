using Granary.Core.Apps;
using Granary.Core.Instances;
using Granary.Core.Tasks;
using Granary.Grains.Contracts;
using Granary.Grains.Ports;
using Microsoft.Extensions.Logging;

namespace Granary.Grains;

/// <summary>How an app that is being deleted is taken apart. Each step may be repeated; what a lost activation left is gone on with by the next one, because the app is woken until it is gone.</summary>
internal sealed partial class AppGrain
{
    /// <summary>Rows looked at in one question.</summary>
    private const int RemainsAtOnce = 200;

    private static readonly TaskPhase[] Unfinished = [TaskPhase.Pending, TaskPhase.Running, TaskPhase.Canceling];

    private bool dismantling;

    public async Task Vanish()
    {
        if (State is { Exists: true, IsDeleted: true })
        {
            await Clear();
        }
    }

    private async Task Dismantle(AppId app)
    {
        // An order to an instance that is under way would make its row anew.
        if (dismantling || telling > 1)
        {
            return;
        }

        dismantling = true;
        try
        {
            if (await HasEnded(app))
            {
                await usage.Gather(app, CancellationToken.None); // Before the rows go that say what its tasks used.
                if (await IsEmptied(app))
                {
                    await this.AsReference<IAppGrain>().Vanish(); // A call like any other, in its turn.
                }
            }
        }
        catch (Exception fault) when (Faults.Pass(fault))
        {
            LogNotDismantled(logger, this.GetPrimaryKeyString(), fault.Message);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            LogDismantlingBug(logger, this.GetPrimaryKeyString(), fault);
        }
        finally
        {
            dismantling = false;
        }
    }

    /// <summary>Nothing of the app runs. What still does is told to end.</summary>
    private async Task<bool> HasEnded(AppId app)
    {
        var running = await Listing.Tasks(Remains(app) with { States = [.. Unfinished.Select(TaskMachine.Upper)] });
        foreach (var some in running.Items.Where(each => each.Phase != TaskPhase.Canceling).Chunk(ToldAtOnce))
        {
            await Task.WhenAll(some.Select(task => GrainFactory.GetGrain<ITaskGrain>(Keys.Task(task.Id)).Cancel()));
        }

        var builds = await Listing.Droplets(Remains(app) with { States = [.. Unfinished.Select(TaskMachine.Upper)] });
        foreach (var some in builds.Items.Where(each => each.Staging is { IsStopping: false }).Chunk(ToldAtOnce))
        {
            await Task.WhenAll(some.Select(build => GrainFactory.GetGrain<IDropletGrain>(Keys.Droplet(build.Id)).Cancel()));
        }

        var instances = await Listing.Instances(Remains(app));
        return running.Items.Count == 0 && builds.Items.Count == 0 && instances.Items.All(each => each.Phase == InstancePhase.Stopped);
    }

    /// <summary>All rows of the app but its own are gone.</summary>
    private async Task<bool> IsEmptied(AppId app) =>
        await Emptied(app, query => Listing.Tasks(query), each => GrainFactory.GetGrain<ITaskGrain>(Keys.Task(each.Id)).Forget())
        && await Emptied(app, query => Listing.Instances(query), each => GrainFactory.GetGrain<IInstanceGrain>(Keys.Instance(each.Id)).Forget())
        && await Emptied(app, query => Listing.Droplets(query), each => GrainFactory.GetGrain<IDropletGrain>(Keys.Droplet(each.Id)).Forget())
        && await Emptied(app, query => Listing.Packages(query), each => Forgotten(GrainFactory.GetGrain<IPackageGrain>(Keys.Package(each.Id)).Forget()));

    private static async Task<bool> Emptied<TState>(AppId app, Func<RowQuery, Task<RowPage<TState>>> read, Func<TState, Task<bool>> forget)
    {
        while (await read(Remains(app)) is { Items: { Count: > 0 } items })
        {
            foreach (var some in items.Chunk(ToldAtOnce))
            {
                if ((await Task.WhenAll(some.Select(forget))).Contains(false))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static async Task<bool> Forgotten(Task forget)
    {
        await forget;
        return true;
    }

    private static RowQuery Remains(AppId app) => new() { Apps = [app.Value], PerPage = RemainsAtOnce };

    private IListingGrain Listing => GrainFactory.GetGrain<IListingGrain>(0);

    [LoggerMessage(LogLevel.Warning, "{App} could not be taken apart ({Fault}); it is tried again")]
    private static partial void LogNotDismantled(ILogger logger, string app, string fault);

    [LoggerMessage(LogLevel.Error, "{App} could not be taken apart: a fault that must not happen")]
    private static partial void LogDismantlingBug(ILogger logger, string app, Exception fault);
}
