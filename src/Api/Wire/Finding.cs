using System.Collections.Immutable;
using Granary.Api.Errors;
using Granary.Client;
using Granary.Core.Apps;
using Granary.Core.Tasks;

namespace Granary.Api.Wire;

/// <summary>Things by the guid in a path; what is not there ends the request with 404.</summary>
internal static class Finding
{
    public static async Task<AppState> GetApp(this GranaryClient granary, string guid, CancellationToken cancellation) =>
        await granary.FindApp(new AppId(Guids.Parse(guid, "App")), cancellation) ?? throw new CfException(CfError.NotFound("App"));

    public static async Task<TaskState> GetTask(this GranaryClient granary, string guid, CancellationToken cancellation) =>
        await granary.FindTask(new TaskId(Guids.Parse(guid, "Task")), cancellation) ?? throw new CfException(CfError.NotFound("Task"));

    public static async Task<PackageState> GetPackage(this GranaryClient granary, string guid, CancellationToken cancellation) =>
        await granary.FindPackage(new PackageId(Guids.Parse(guid, "Package")), cancellation) ?? throw new CfException(CfError.NotFound("Package"));

    public static async Task<DropletState> GetDroplet(this GranaryClient granary, string guid, CancellationToken cancellation) =>
        await granary.FindDroplet(new DropletId(Guids.Parse(guid, "Droplet")), cancellation) is { } droplet && (droplet.IsUploaded || droplet.Phase == DropletPhase.Staged) ? droplet : throw new CfException(CfError.NotFound("Droplet"));

    /// <summary>A build has the guid of its droplet.</summary>
    public static async Task<DropletState> GetBuild(this GranaryClient granary, string guid, CancellationToken cancellation) =>
        await granary.FindDroplet(new DropletId(Guids.Parse(guid, "Build")), cancellation) is { IsUploaded: false } build ? build : throw new CfException(CfError.NotFound("Build"));

    /// <summary>The names of the buildpacks that there are.</summary>
    public static async Task<ImmutableArray<string>> BuildpackNames(this GranaryClient granary, TaskPolicy policy, CancellationToken cancellation) =>
        (await granary.Buildpacks(cancellation)).Names(policy.StackImage);

    public static async Task<DropletState?> CurrentDroplet(this GranaryClient granary, AppState app, CancellationToken cancellation) =>
        app.CurrentDroplet is { } droplet ? await granary.FindDroplet(droplet, cancellation) : null;
}
