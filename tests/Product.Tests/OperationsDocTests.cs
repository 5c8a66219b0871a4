using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Granary.Api;
using Granary.Api.Tokens;
using Granary.Grains;
using Granary.Grains.Cells;
using Granary.Silo;
using Granary.Silo.Docker;
using Granary.Silo.Droplets;
using Granary.Silo.Storage;
using Granary.Silo.Storage.Blobs;
using Granary.Silo.Storage.Logs;
using Granary.Silo.Storage.Rows;
using Granary.Silo.Wardens;
using Granary.Testing;

namespace Granary.Product.Tests;

/// <summary>docs/operations.md lists every setting with its default.</summary>
public sealed partial class OperationsDocTests
{
    private static readonly (string Heading, object Options, string[] NotSettings)[] Sections =
    [
        ("The silo", new SiloOptions(), ["Database"]),
        ("Cluster", new MembershipOptions(), []),
        ("Tasks", new TaskOptions(), []),
        ("Staging", new StagingOptions(), []),
        ("Instances", new InstanceOptions(), []),
        ("Cells", new CellOptions(), ["Name", "Segment", "MemoryMb", "DiskMb"]),
        ("Placement", new PlacementOptions(), []),
        ("Moving", new MovingOptions(), []),
        ("Lease", new LeaseOptions(), []),
        ("Engine", new DockerOptions(), ["Endpoint", "StateFolder", "CgroupParent"]),
        ("Storage", new StorageOptions { Database = "" }, ["Database"]),
        ("Logs", new LogRetentionOptions(), []),
        ("Retention", new RowRetentionOptions(), []),
        ("Uploads", new UploadOptions(), []),
        ("Archives", new ArchiveOptions(), ["Limits"]),
        ("Api", new ApiOptions(), []),
        ("Tokens", new TokenOptions(), []),
        ("Tls", new TlsOptions(), []),
    ];

    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs/operations.md"));

    [Fact]
    public void Every_setting_is_documented_with_its_default()
    {
        var wanted = Sections.SelectMany(section => Settings(section.Options, section.NotSettings).Select(each => $"{section.Heading}: {each}")).ToArray();

        Assert.Equal(wanted, Documented());
    }

    [Fact]
    public void Every_switch_is_documented()
    {
        var switches = DocumentedSwitch().Matches(Page).ToDictionary(row => row.Groups[2].Value, row => row.Groups[1].Value);

        Assert.Equal(SiloOptions.Switches, switches);
    }

    [Fact]
    public void Every_default_is_within_its_range()
    {
        foreach (var (_, options, _) in Sections.Where(each => each.Options is not StorageOptions))
        {
            Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        }
    }

    private static IEnumerable<string> Documented()
    {
        foreach (Match section in Section().Matches(Page))
        {
            foreach (Match row in Row().Matches(section.Groups[2].Value))
            {
                yield return $"{section.Groups[1].Value}: {row.Groups[1].Value} = {row.Groups[2].Value.Trim('`')}";
            }
        }
    }

    private static IEnumerable<string> Settings(object options, string[] notSettings) =>
        options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(each => !notSettings.Contains(each.Name) && each.Name != "EqualityContract")
            .Select(each => $"{each.Name} = {(each.Name == nameof(DockerOptions.StartsInFlight) ? "cores + 1, 2 to 4" : Shown(each.GetValue(options)))}");

    private static string Shown(object? value) => value switch
    {
        null or "" => "none",
        string text => text,
        IEnumerable many => string.Join(", ", many.Cast<object>()) is { Length: > 0 } list ? list : "none",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"^### ([A-Za-z ]+?)(?:: [^\n]+)?\n(.+?)(?=^##|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^\| `(\w+)` \|(?: `--[\w-]+` \|)? (`[^`]*`|none) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| `(\w+)` \| `(--[\w-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedSwitch();
}
