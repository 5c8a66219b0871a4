using System.ComponentModel.DataAnnotations;
using Granary.Api;
using Granary.Grains.Ports;
using Granary.Silo;
using Granary.Silo.Storage.Migrations;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

if (args is ["--help" or "-h"])
{
    Console.WriteLine($"Usage: granary up {string.Join(' ', SiloOptions.Switches.Select(each => $"[{each.Key} {each.Value.ToUpperInvariant()}]"))}");
    return 0;
}

var stopping = CancellationToken.None;
try
{
    var configuration = new ConfigurationBuilder().AddEnvironmentVariables("GRANARY_").AddCommandLine(args, new Dictionary<string, string>(SiloOptions.Switches) { ["--config"] = "Config" }).Build();
    if (configuration["Config"] is { } file)
    {
        configuration = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(file)).AddConfiguration(configuration).Build();
    }

    var options = configuration.Get<SiloOptions>() ?? new SiloOptions();
    var faults = new List<ValidationResult>();
    if (!Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true))
    {
        throw new ValidationException(string.Join(Environment.NewLine, faults.Select(each => each.ErrorMessage)));
    }

    await using var journal = await Composition.OpenJournal(options);
    var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "Granary.Silo" });
    builder.WebHost.UseUrls(options.Http);
    // Standard output has one line, which says that it is up. The rest of what a silo tells is for its operator; Logging:LogLevel asks for more.
    builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new("Logging:LogLevel:Orleans", "Warning"), new("Logging:LogLevel:Microsoft", "Warning"), new("Logging:LogLevel:Polly", "Warning")] });
    builder.Host.UseOrleans(silo => silo.AddGranary(options, journal));
    builder.Services.AddGranaryApi(configuration.GetSection(ApiOptions.Section));
    await using var app = builder.Build();
    app.MapGranaryApi();
    app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"Granary is up: cell {options.Cell} on {options.Docker}, API at {options.Http}. Ctrl-C stops it."));
    stopping = app.Lifetime.ApplicationStopping;
    await app.RunAsync();
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0; // Told to stop before it was up.
}
catch (Exception fault) when (fault is ValidationException or OptionsValidationException or ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException or DatabaseUnavailableException or SchemaMismatchException)
{
    await Console.Error.WriteLineAsync($"granary: {fault.Message}");
    return 1;
}
