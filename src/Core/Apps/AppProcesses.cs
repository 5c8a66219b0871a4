using System.Collections.Immutable;
using Granary.Core.Instances;
using Granary.Core.Runtime;
using Granary.Core.Tasks;

namespace Granary.Core.Apps;

/// <summary>What an app's droplet, its settings and its scale make of its processes: which there are, and what is wanted of each instance.</summary>
public static class AppProcesses
{
    /// <summary>Every app has this process, even before its first droplet.</summary>
    public const string Web = "web";

    private const string Worker = "worker";

    /// <summary>Characters of a guid as the API writes it.</summary>
    private const int GuidLength = 36;

    /// <summary>Follows from app and type, so that it stays the same whatever droplet is current; that of "web" is the app's own, as in Cloud Foundry.</summary>
    public static string Guid(ProcessKey process) => process.Type == Web ? process.App.ToString() : $"{process.App}-{process.Type}";

    /// <summary>The app whose process has this guid; null when that is none of a process. A process of web has its app's, any other one that begins with it.</summary>
    public static AppId? AppOf(string guid) =>
        guid.Length >= GuidLength && System.Guid.TryParseExact(guid.AsSpan(0, GuidLength), "D", out var app) ? new AppId(app) : null;

    /// <summary>The type of the process that has this guid.</summary>
    public static string TypeOf(string guid) => guid.Length > GuidLength ? guid[(GuidLength + 1)..] : Web;

    /// <summary>Those of the droplet and those that somebody said something about, "web" first, then by name.</summary>
    /// <param name="droplet">Null before the first.</param>
    public static ImmutableArray<string> Types(AppState app, DropletState? droplet) => Types(droplet, app.Processes.Keys);

    /// <summary>The command of a process; null if it has none, and then nothing of it can run.</summary>
    public static string? Command(DropletState? droplet, ProcessSettings settings, string type) => settings.Command ?? droplet?.ProcessTypes.GetValueOrDefault(type);

    /// <summary>
    /// How many instances are asked for. Nobody having said, it is one of "web", as in Cloud Foundry; of "worker" in a droplet without "web", because
    /// an app that is started should do something; and none of any other, which may be a command that is meant to run once.
    /// </summary>
    public static int Instances(AppState app, DropletState? droplet, string type)
    {
        if (Of(app, type).Instances is { } said)
        {
            return said;
        }

        var hasWeb = Command(droplet, Of(app, Web).Settings, Web) is not null;
        return (type == Web && hasWeb) || (type == Worker && !hasWeb && droplet?.ProcessTypes.ContainsKey(Worker) == true) ? 1 : 0;
    }

    public static ProcessState Of(AppState app, string type) => app.Processes.GetValueOrDefault(type) ?? ProcessState.Default;

    /// <summary>The instance of an index that counts: the one in its current lane.</summary>
    public static InstanceId Current(AppState app, string type, int index) => InstanceId.Of(new ProcessKey(app.Id, type), index, Of(app, type).LanesOf(index).Current);

    /// <summary>How many instances of each process the app wants up now.</summary>
    public static ImmutableSortedDictionary<string, int> Wanted(AppState app) =>
        app is { Desired: DesiredState.Started, Release: { } release }
            ? Types(release.Droplet, release.Settings.Keys).Where(type => ReleasedCommand(release, type) is not null).ToImmutableSortedDictionary(type => type, type => Instances(app, release.Droplet, type), StringComparer.Ordinal)
            : ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>What is wanted of every instance that may have to be told.</summary>
    public static IEnumerable<InstanceOrder> Orders(AppState app, TaskPolicy policy, CrashPolicy crashes)
    {
        var wanted = Wanted(app);
        return
            from process in app.Processes
            from index in Enumerable.Range(0, process.Value.Slots)
            let spec = index < wanted.GetValueOrDefault(process.Key) ? Spec(app, app.Release!, process.Key, index, policy, crashes) : null
            from order in OrdersOf(new ProcessKey(app.Id, process.Key), index, app.Revision, spec, process.Value.LanesOf(index))
            select order;
    }

    /// <summary>To the lane that counts, and to the other while it has a part in a hand-over.</summary>
    private static IEnumerable<InstanceOrder> OrdersOf(ProcessKey process, int index, int revision, InstanceSpec? spec, Lanes lanes)
    {
        var isRelieved = lanes.IsRelieved && spec is not null;
        yield return new InstanceOrder(process, index, revision, spec, lanes.Current, isRelieved ? Part.IsRelieved : Part.None, lanes.After);
        if (isRelieved || lanes.Leaves)
        {
            yield return new InstanceOrder(process, index, revision, isRelieved ? spec : null, lanes.Other, isRelieved ? Part.Relieves : Part.None, lanes.After);
        }
    }

    private static InstanceSpec Spec(AppState app, Release release, string type, int index, TaskPolicy policy, CrashPolicy crashes)
    {
        var settings = release.Settings.GetValueOrDefault(type) ?? ProcessSettings.Default;
        var (memoryMb, diskMb) = (settings.MemoryMb ?? policy.MemoryMb, settings.DiskMb ?? policy.DiskMb);
        return new InstanceSpec(
            release.Version,
            type,
            index,
            ReleasedCommand(release, type)!,
            release.Droplet.Lifecycle == Lifecycle.Bits ? TaskRules.DropletUser : null,
            memoryMb,
            diskMb,
            settings.LogBytesPerSecond ?? policy.LogBytesPerSecond,
            release.Droplet.Source!,
            InstanceEnvironment.For(app, release, type, index, memoryMb, diskMb, policy),
            ContainerNetwork.Outbound,
            crashes)
        {
            Segment = release.Place?.Segment,
            Egress = release.Place?.Egress,
        };
    }

    private static ImmutableArray<string> Types(DropletState? droplet, IEnumerable<string> said) =>
        [Web, .. (droplet?.ProcessTypes.Keys ?? []).Union(said, StringComparer.Ordinal).Where(type => type != Web).Order(StringComparer.Ordinal)];

    private static string? ReleasedCommand(Release release, string type) => Command(release.Droplet, release.Settings.GetValueOrDefault(type) ?? ProcessSettings.Default, type);
}
