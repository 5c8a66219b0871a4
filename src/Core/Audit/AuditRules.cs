using System.Text.Json;
using Granary.Core.Apps;
using Granary.Core.Instances;
using Granary.Core.Tasks;

namespace Granary.Core.Audit;

/// <summary>
/// What the audit says of what was done (section 1.13, and Cloud Foundry's list of events). Who asked for it is not known here. Commands and variables are never
/// told, only that they were given.
/// </summary>
public static class AuditRules
{
    private const string Hidden = "[PRIVATE DATA HIDDEN]";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static AuditEvent OfApp(string what, AppState app, DateTimeOffset at, object? data = null) => Event($"app.{what}", app.Id, app.Name, app.Space, at, data);

    public static AuditEvent OfEnvironment(AppState app, DateTimeOffset at) => OfApp("update", app, at, new { Request = new { EnvironmentVariables = Hidden } });

    public static AuditEvent OfDroplet(AppState app, DateTimeOffset at) => OfApp("droplet.mapped", app, at, new { Request = new { DropletGuid = app.CurrentDroplet.ToString() } });

    /// <summary>Sizes are scaled; a command is an update.</summary>
    public static AuditEvent OfProcess(AppState app, string type, ProcessChange change, DateTimeOffset at)
    {
        var request = new Dictionary<string, object>();
        Add("instances", change.Instances);
        Add("memory_in_mb", change.MemoryMb);
        Add("disk_in_mb", change.DiskMb);
        Add("log_rate_limit_in_bytes_per_second", change.LogBytesPerSecond);
        Add("command", change.ChangesCommand ? Hidden : null);
        return OfApp(change.ChangesCommand ? "process.update" : "process.scale", app, at, new { ProcessGuid = AppProcesses.Guid(new ProcessKey(app.Id, type)), ProcessType = type, Request = request });

        void Add(string key, object? value)
        {
            if (value is not null)
            {
                request[key] = value;
            }
        }
    }

    public static AuditEvent OfPackage(string what, PackageState package, AppState owner, DateTimeOffset at) => OfApp($"package.{what}", owner, at, new { PackageGuid = package.Id.ToString() });

    public static AuditEvent OfDroplet(string what, DropletState droplet, AppState owner, DateTimeOffset at) => OfApp($"droplet.{what}", owner, at, new { DropletGuid = droplet.Id.ToString() });

    public static AuditEvent OfBuild(DropletState build, AppState owner, DateTimeOffset at) => OfApp("build.create", owner, at, new { BuildGuid = build.Id.ToString(), PackageGuid = build.Package.ToString() });

    public static AuditEvent OfTask(string what, TaskState task, DateTimeOffset at)
    {
        var told = ToldPlace.In(task.Spec!.Environment);
        var request = new { task.Spec.Name, MemoryInMb = task.Spec.MemoryMb, Command = Hidden };
        return Event($"app.task.{what}", task.App, told.AppName, told.Space, at, new { TaskGuid = task.Id.ToString(), Request = request });
    }

    public static AuditEvent OfInstance(InstanceState instance, DateTimeOffset at)
    {
        var told = ToldPlace.In(instance.Spec!.Environment);
        return Event("app.process.terminate_instance", instance.App, told.AppName, told.Space, at, new { ProcessType = instance.Type, ProcessIndex = $"{instance.Index}" });
    }

    private static AuditEvent Event(string what, AppId app, string appName, Guid space, DateTimeOffset at, object? data) => new()
    {
        Type = $"audit.{what}",
        App = app.Value,
        AppName = appName,
        Space = space,
        Data = JsonSerializer.Serialize(data ?? new { }, Json),
        CreatedAt = at,
    };
}
