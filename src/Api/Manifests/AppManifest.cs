using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Core.Droplets;

namespace Granary.Api.Manifests;

/// <summary>What a manifest says of one app.</summary>
/// <param name="Name">Empty if the manifest has none, which is a fault.</param>
/// <param name="IsImage">The app is made from a Docker image.</param>
/// <param name="Faults">Everything wrong with it.</param>
/// <param name="Warnings">What is asked for and will not be done.</param>
internal sealed record AppManifest(string Name, bool IsImage, AppEdit Edit, ImmutableArray<string> Faults, ImmutableArray<string> Warnings)
{
    private static readonly ImmutableSortedDictionary<string, string?> None = ImmutableSortedDictionary<string, string?>.Empty;

    public static AppManifest Read(Yaml entry, string stack)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        if (entry is not Yaml.Map map)
        {
            return new AppManifest("", false, new AppEdit(), ["Application must be an object"], []);
        }

        var app = new ManifestMap(map, faults.Add);
        var name = app.Text("name") ?? "";
        if (name.Length == 0)
        {
            app.Fault("Name must not be empty");
        }

        var image = app.Map("docker");
        if (image is not null && string.IsNullOrEmpty(image.Text("image")))
        {
            app.Fault("Docker image required");
        }

        RefuseWhatIsNotHere(app, stack);
        var metadata = app.Map("metadata");
        var edit = new AppEdit(Buildpacks: Buildpacks(app))
        {
            IsManifest = true,
            Environment = app.Texts("env"),
            Labels = metadata?.Texts("labels") ?? None,
            Annotations = metadata?.Texts("annotations") ?? None,
            Processes = Processes(app),
        };
        var warnings = app.Truth("random_route") ? [$"App '{name}' gets no route: there are no routes here yet."] : ImmutableArray<string>.Empty;
        _ = (app.Truth("no_route"), app.Truth("default_route")); // There are no routes: only that they can be read is asked.
        return new AppManifest(name, image is not null, edit, faults.ToImmutable(), warnings);
    }

    private static void RefuseWhatIsNotHere(ManifestMap app, string stack)
    {
        if (app.Text("stack") is { } named && named != stack)
        {
            app.Fault($"Stack must be an existing stack: {stack}");
        }

        foreach (var (key, why) in ((string, string)[])
            [
                ("routes", "Routes are not here yet: leave them out, or say 'no-route: true'"),
                ("services", "Services are not here: leave them out"),
                ("sidecars", "Sidecars are not here: make them processes"),
            ])
        {
            if (!app.List(key).IsEmpty)
            {
                app.Fault(why);
            }
        }
    }

    private static ImmutableArray<string>? Buildpacks(ManifestMap app)
    {
        if (!app.Has("buildpacks") && !app.Has("buildpack"))
        {
            return null;
        }

        var names = app.List("buildpacks");
        if (app.Text("buildpack") is { } one and not ("default" or "null"))
        {
            names = names.Add(new Yaml.Scalar(one, IsPlain: false));
        }

        if (names.Any(each => each is not Yaml.Scalar { Text.Length: > 0 }))
        {
            app.Fault("Buildpacks can only contain strings");
        }

        return [.. names.OfType<Yaml.Scalar>().Select(each => each.Text)];
    }

    /// <summary>What is said of the app itself is said of its process "web", unless that is listed and says otherwise.</summary>
    private static ImmutableSortedDictionary<string, ProcessChange> Processes(ManifestMap app)
    {
        var processes = ImmutableSortedDictionary.CreateBuilder<string, ProcessChange>(StringComparer.Ordinal);
        processes[AppProcesses.Web] = Process(app, new ProcessChange());
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in app.List("processes"))
        {
            if (item is not Yaml.Map map || new ManifestMap(map, app.Fault).Text("type") is not { } type || !IsType(type))
            {
                app.Fault($"Process type must be 1 to {Procfile.TypeLength} letters, digits, '_' or '-'");
            }
            else if (!seen.Add(type))
            {
                app.Fault($"Process \"{type}\" may only be present once");
            }
            else
            {
                processes[type] = Process(new ManifestMap(map, words => app.Fault($"Process \"{type}\": {words}")), processes.GetValueOrDefault(type) ?? new ProcessChange());
            }
        }

        return processes.ToImmutable();
    }

    private static ProcessChange Process(ManifestMap process, ProcessChange otherwise)
    {
        if (process.Text("health_check_type") is { } type and not ("process" or "none"))
        {
            process.Fault($"Health check type '{type}' is not here yet, because there are no routes: say 'process'");
        }

        if (process.Text("health_check_http_endpoint") is not null)
        {
            process.Fault("Health check http endpoint is not here yet, because there are no routes");
        }

        var command = process.Text("command");
        return new ProcessChange(
            process.Whole("instances") ?? otherwise.Instances,
            process.Megabytes("memory") ?? otherwise.MemoryMb,
            process.Megabytes("disk_quota") ?? otherwise.DiskMb,
            process.Rate("log_rate_limit_per_second") ?? otherwise.LogBytesPerSecond,
            process.Has("command") || otherwise.ChangesCommand,
            process.Has("command") ? command is "default" or "null" ? null : command : otherwise.Command);
    }

    private static bool IsType(string type) => type.Length is > 0 and <= Procfile.TypeLength && type.All(each => char.IsAsciiLetterOrDigit(each) || each is '_' or '-');
}
