using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Granary.Core.Apps;

namespace Granary.Api.Manifests;

/// <summary>One difference between what is and what a manifest makes of it.</summary>
internal sealed record DiffEntry(
    string Op,
    string Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] object? Was,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] object? Value);

/// <summary>Compares an app with what a manifest makes of it. A manifest removes nothing but what it names with null.</summary>
internal static class ManifestDiff
{
    /// <param name="before">Null if there is no such app yet.</param>
    /// <param name="index">The place of the app in the manifest.</param>
    public static IEnumerable<DiffEntry> Of(AppState? before, AppState after, AppManifest manifest, int index)
    {
        var root = $"/applications/{index}";
        return
        [
            .. Value($"{root}/name", before?.Name, after.Name),
            .. Value($"{root}/buildpacks", before is { Buildpacks: { IsEmpty: false } was } ? string.Join(", ", was) : null, after.Buildpacks.IsEmpty ? null : string.Join(", ", after.Buildpacks)),
            .. Texts($"{root}/env", before?.Environment, after.Environment),
            .. Texts($"{root}/metadata/labels", before?.Metadata.Labels, after.Metadata.Labels),
            .. Texts($"{root}/metadata/annotations", before?.Metadata.Annotations, after.Metadata.Annotations),
            .. manifest.Edit.Processes.Keys.SelectMany((type, place) => Process($"{root}/processes/{place}", type, before?.Processes.GetValueOrDefault(type), AppProcesses.Of(after, type))),
        ];
    }

    private static IEnumerable<DiffEntry> Process(string path, string type, ProcessState? before, ProcessState after) =>
    [
        .. type == AppProcesses.Web ? [] : Value($"{path}/type", before is null ? null : type, type),
        .. Value($"{path}/command", before?.Settings.Command, after.Settings.Command),
        .. Value($"{path}/instances", before?.Instances, after.Instances),
        .. Value($"{path}/memory", Megabytes(before?.Settings.MemoryMb), Megabytes(after.Settings.MemoryMb)),
        .. Value($"{path}/disk_quota", Megabytes(before?.Settings.DiskMb), Megabytes(after.Settings.DiskMb)),
        .. Value($"{path}/log_rate_limit_per_second", before?.Settings.LogBytesPerSecond, after.Settings.LogBytesPerSecond),
    ];

    private static IEnumerable<DiffEntry> Texts(string path, ImmutableSortedDictionary<string, string>? before, ImmutableSortedDictionary<string, string> after) =>
        after.Keys.Union(before?.Keys ?? []).Order(StringComparer.Ordinal).SelectMany(key => Value($"{path}/{key}", before?.GetValueOrDefault(key), after.GetValueOrDefault(key)));

    private static IEnumerable<DiffEntry> Value(string path, object? was, object? value) => (was, value) switch
    {
        (null, null) => [],
        (null, _) => [new DiffEntry("add", path, null, value)],
        (_, null) => [new DiffEntry("remove", path, was, null)],
        _ => was.Equals(value) ? [] : [new DiffEntry("replace", path, was, value)],
    };

    private static string? Megabytes(int? size) => size is null ? null : $"{size}M";
}
