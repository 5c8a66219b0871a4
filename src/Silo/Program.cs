using System.ComponentModel.DataAnnotations;
using Granary.Api;
using Granary.Grains.Ports;
using Granary.Silo;
using Granary.Silo.Storage.Migrations;
using Granary.Silo.Wardens;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

if (args is ["--help" or "-h"])
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}

if (args is ["warden", .. var own])
{
    return await WardenProgram.Run(own);
}

if (args is ["migrate", .. var database])
{
    return await MigrateProgram.Run(database);
}

var isService = false;
if (args is ["host", .. var service])
{
    (isService, args) = (true, service);
}

var systemd = SystemdNotice.Take();
var isUp = false;
var stopping = CancellationToken.None;
try
{
    var settings = Settings.Read(args);
    var options = settings.Options;
    if (isService && options.IsCluster && Composition.Lease(settings.All).EnforcedBy == LeaseEnforcer.Warden)
    {
        return await WardenProgram.Host(args, systemd);
    }

    Ports.Check(options);
    // A silo on SQLite has its folder for itself. Those of a cluster may share one: they are candidates for its cell.
    using var alone = options.IsCluster ? null : StateFolder.Hold(options.State);
    await using var folder = Composition.CellFolderOf(options, settings.All);
    using var known = options.IsCluster ? SiloFile.Own(options.CellFolder, options.SiloName) : null;
    var serves = await folder.TryHold(CancellationToken.None);
    // An appsettings.json in the working directory, whichever that is, is somebody else's. And nothing is read again: the host would watch every folder below for that, in "/" for seconds.
    var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
    {
        ApplicationName = "Granary.Silo",
        ContentRootPath = AppContext.BaseDirectory,
        Args = ["hostBuilder:reloadConfigOnChange=false"],
    });
    builder.WebHost.UseUrls(options.Http);
    // Standard output has one line, which says that it is up. The rest of what a silo tells is for its operator; Logging:LogLevel asks for more.
    builder.Services.Configure<ConsoleLoggerOptions>(console => (console.LogToStandardErrorThreshold, console.FormatterName) = (LogLevel.Trace, OperatorConsole.FormatterName));
    builder.Services.AddSingleton<ConsoleFormatter, OperatorConsole>();
    ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = Quiet() });
    // A start that fails is told below, in one line.
    builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => isUp && level >= LogLevel.Warning);
    builder.Host.UseOrleans(silo => silo.AddGranary(options, folder, settings.All, args));
    builder.Services.AddGranaryApi(settings.All.GetSection(ApiOptions.Section));
    builder.AddAccess(options, settings.All);
    await using var app = builder.Build();
    app.MapGranaryApi();
    app.Lifetime.ApplicationStarted.Register(() =>
    {
        isUp = true;
        Console.WriteLine($"Granary is up: {(serves ? "" : "a candidate for ")}cell {options.Cell} on {options.Docker}, API at {options.Http}. Ctrl-C stops it.");
        systemd.Ready($"{(serves ? "" : "a candidate for ")}cell {options.Cell} on {options.Docker}, API at {options.Http}");
    });
    _ = systemd.Beat(app.Lifetime.ApplicationStopped);
    app.Lifetime.ApplicationStopping.Register(() => systemd.Stopping("letting go; the containers run on"));
    stopping = app.Lifetime.ApplicationStopping;
    await app.RunAsync();
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0; // Told to stop before it was up.
}
catch (UsageException fault)
{
    return await GiveUp(fault, 2);
}
catch (Exception fault) when (fault is ValidationException or OptionsValidationException or ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException or DatabaseUnavailableException or SchemaMismatchException)
{
    return await GiveUp(fault, 1);
}

static async Task<int> GiveUp(Exception fault, int code)
{
    foreach (var line in fault.Message.Split(Environment.NewLine))
    {
        await Console.Error.WriteLineAsync($"granary: {line}");
    }

    return code;
}

// The watchdog of Orleans takes its own first look, before the one it watches has begun, for a stall since the machine was started. Its storage tells
// with a whole stack what it then throws: a conflict of two writes, a database that is away.
static IEnumerable<KeyValuePair<string, string?>> Quiet() =>
    [
        new("Logging:LogLevel:Orleans", "Warning"),
        new("Logging:LogLevel:Orleans.Runtime.Watchdog", "Error"),
        new("Logging:LogLevel:Orleans.Storage.AdoNetGrainStorage", "Critical"),
        new("Logging:LogLevel:Microsoft", "Warning"),
        new("Logging:LogLevel:OpenIddict", "Warning"),
        new("Logging:LogLevel:Polly", "Warning"),
    ];
