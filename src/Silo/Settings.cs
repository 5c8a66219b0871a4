using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Granary.Api;
using Granary.Api.Tokens;
using Granary.Grains;
using Granary.Grains.Cells;
using Granary.Silo.Docker;
using Granary.Silo.Droplets;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Blobs;
using Granary.Silo.Storage.Logs;
using Granary.Silo.Wardens;

namespace Granary.Silo;

/// <summary>What a silo is told by its switches, its environment and its file: read and checked as a whole, before anything is touched.</summary>
internal sealed record Settings(SiloOptions Options, IConfiguration All)
{
    private const string FileSetting = "Config";

    /// <summary>The sections of the features' options.</summary>
    private static readonly Dictionary<string, Func<object>> Sections = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Cluster"] = () => new MembershipOptions(),
        ["Tasks"] = () => new TaskOptions(),
        ["Staging"] = () => new StagingOptions(),
        ["Instances"] = () => new InstanceOptions(),
        ["Cells"] = () => new CellOptions(),
        ["Placement"] = () => new PlacementOptions(),
        ["Moving"] = () => new MovingOptions(),
        ["Lease"] = () => new LeaseOptions(),
        ["Engine"] = () => new DockerOptions(),
        ["Storage"] = () => new StorageOptions { Database = "" },
        ["Logs"] = () => new LogRetentionOptions(),
        ["Uploads"] = () => new UploadOptions(),
        ["Archives"] = () => new ArchiveOptions(),
        [ApiOptions.Section] = () => new ApiOptions(),
        [TokenOptions.Section] = () => new TokenOptions(),
        ["Tls"] = () => new TlsOptions(),
    };

    /// <summary>Of the options in the sections, what the silo itself sets.</summary>
    private static readonly string[] NotSettings = ["Cells:Name", "Cells:Segment", "Cells:MemoryMb", "Cells:DiskMb", "Engine:Endpoint", "Engine:StateFolder", "Engine:CgroupParent", "Storage:Database"];

    /// <summary>Switch to setting, --config among them.</summary>
    public static IReadOnlyDictionary<string, string> Switches { get; } = new Dictionary<string, string>(SiloOptions.Switches) { ["--config"] = FileSetting };

    /// <exception cref="UsageException">The command line is wrong.</exception>
    /// <exception cref="ValidationException">Some settings are wrong; each has a line in the message.</exception>
    public static Settings Read(string[] arguments)
    {
        var given = CommandLine.Read(arguments);
        var all = new ConfigurationBuilder().AddInMemoryCollection(Variables()).AddInMemoryCollection(given).Build();
        var faults = new List<string>();
        if (all[FileSetting] is { Length: > 0 } path)
        {
            var file = ReadFile(Path.GetFullPath(path));
            CheckNames(path, file, faults);
            all = new ConfigurationBuilder().AddConfiguration(file).AddConfiguration(all).Build();
        }

        var options = new SiloOptions();
        Check("", all, options, faults);
        foreach (var (name, make) in Sections)
        {
            Check(name, all.GetSection(name), make(), faults);
        }

        if (faults.Count == 0 && options.IsCluster && options.Docker.StartsWith("tcp:", StringComparison.Ordinal))
        {
            faults.Add($"--docker is '{options.Docker}': in a cluster the containers of a cell that is cut off are stopped without its engine, so the silo must run on the engine's host. Use unix:///path there.");
        }

        if (faults.Count == 0)
        {
            faults.AddRange(Composition.Tls(all).Faults(options));
            if (options is { Access: ApiAccess.Tokens, IsCluster: true } && string.IsNullOrEmpty(all[$"{TokenOptions.Section}:{nameof(TokenOptions.KeyFile)}"]))
            {
                faults.Add("--access is tokens, and the silos of a cluster share the secret that seals the keys of tokens: name its file in Tokens:KeyFile (for example made by: head -c 32 /dev/urandom > FILE), the same on every host.");
            }
        }

        return faults.Count == 0 ? new Settings(options, all) : throw new ValidationException(string.Join(Environment.NewLine, faults));
    }

    /// <summary>A variable with the bare name of a section is another program's: GRANARY_API tells the client where the server is.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> Variables() =>
        new ConfigurationBuilder().AddEnvironmentVariables("GRANARY_").Build().AsEnumerable().Where(each => !Sections.ContainsKey(each.Key));

    private static IConfigurationRoot ReadFile(string path)
    {
        try
        {
            return new ConfigurationBuilder().AddJsonStream(new MemoryStream(File.ReadAllBytes(path))).Build();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ValidationException($"--config {path} cannot be read: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is FormatException or InvalidDataException or JsonException)
        {
            throw new ValidationException($"--config {path} is not JSON with the settings as an object: {(fault.InnerException ?? fault).Message.ReplaceLineEndings(" ")}", fault);
        }
    }

    /// <summary>Only the file is ours alone; the environment has GRANARY_ variables of other programs too.</summary>
    private static void CheckNames(string path, IConfiguration file, List<string> faults)
    {
        string[] known = [.. SiloOptions.Switches.Values, .. Sections.Keys];
        foreach (var each in file.GetChildren())
        {
            if (!known.Contains(each.Key, StringComparer.OrdinalIgnoreCase))
            {
                faults.Add($"--config {path} has '{each.Key}', which is no setting; there are {string.Join(", ", known)}.");
            }
            else if (Sections.ContainsKey(each.Key) && each.Value is not null)
            {
                faults.Add($"--config {path} has a value for {each.Key}, which is a section: write {{\"{each.Key}\": {{\"NAME\": VALUE}}}}.");
            }
        }
    }

    private static void Check(string section, IConfiguration settings, object options, List<string> faults)
    {
        var before = faults.Count;
        var properties = TypeDescriptor.GetProperties(options).Cast<PropertyDescriptor>()
            .Where(each => (!each.IsReadOnly || each.PropertyType.IsInterface) && !NotSettings.Contains($"{section}:{each.Name}"))
            .ToArray();
        if (section.Length > 0)
        {
            faults.AddRange(settings.GetChildren().Select(each => each.Key).Except(properties.Select(each => each.Name), StringComparer.OrdinalIgnoreCase)
                .Select(unknown => $"{section}:{unknown} is no setting; {section} has {string.Join(", ", properties.Select(each => each.Name))}."));
        }

        faults.AddRange(properties.Where(each => settings[each.Name] is { } text && !IsReadable(each, text))
            .Select(each => $"{NameOf(section, each.Name)} is '{settings[each.Name]}': write {Form(each.PropertyType)}."));
        if (faults.Count > before)
        {
            return;
        }

        settings.Bind(options);
        (options as StorageOptions)?.Validate();
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        faults.AddRange(results.Select(each => Words(section, settings, each)));
    }

    /// <summary>Words are read in any case, as the binder reads them.</summary>
    private static bool IsReadable(PropertyDescriptor property, string text) =>
        property.PropertyType.IsInterface
        || (property.PropertyType is { IsEnum: true } words ? Enum.GetNames(words).Contains(text, StringComparer.OrdinalIgnoreCase) : property.Converter.IsValid(text));

    private static string Form(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsEnum: true } words => $"one of {string.Join(", ", Enum.GetNames(words))}",
        var time when time == typeof(TimeSpan) => "a duration as hours:minutes:seconds",
        _ => "a whole number",
    };

    /// <summary>The words of the annotations speak of fields; what the user wrote is a switch or a setting.</summary>
    private static string Words(string section, IConfiguration settings, ValidationResult fault) =>
        fault.MemberNames.FirstOrDefault() is { } member
            ? fault.ErrorMessage!.Replace($"The field {member} ", $"{NameOf(section, member)} is '{settings[member]}', and ", StringComparison.Ordinal)
                .Replace($"The {member} field ", $"{NameOf(section, member)} ", StringComparison.Ordinal)
            : fault.ErrorMessage!;

    private static string NameOf(string section, string setting) =>
        section.Length > 0 ? $"{section}:{setting}" : SiloOptions.Switches.FirstOrDefault(each => each.Value == setting).Key ?? setting;
}
