using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Instances;
using Granary.Core.Tasks;

namespace Granary.Grains.Contracts;

/// <summary>One app. Its key is <see cref="Keys.App"/>.</summary>
public interface IAppGrain : IGrainWithStringKey
{
    Task<Answer<AppState>> Create(string name, Guid space, Lifecycle lifecycle, Metadata metadata, ImmutableSortedDictionary<string, string?> variables, ImmutableArray<string>? buildpacks = null);

    Task<AppState?> Get();

    /// <summary>The one decision point of a submit: rules, defaults, and the next sequence id. A refused request takes no id.</summary>
    Task<Answer<Admission>> Admit(TaskId task, TaskSubmission request);

    Task<Answer<AppState>> AssignDroplet(DropletId droplet);

    /// <summary>Notes a package as the newest one.</summary>
    Task<Answer<AppState>> AddPackage(PackageId package);

    /// <summary>Sets variables; a null value removes one.</summary>
    Task<Answer<AppState>> ChangeEnvironment(ImmutableSortedDictionary<string, string?> variables);

    /// <summary>Starts the app with what is current now, or stops it. The answer does not wait for its instances.</summary>
    Task<Answer<AppState>> Desire(DesiredState desired);

    /// <summary>Ends every run and begins anew with what is current now; starts an app that is stopped.</summary>
    Task<Answer<AppState>> Restart();

    /// <summary>Scales a process or changes its command. More or fewer instances are wanted at once; all else waits for the next start.</summary>
    Task<Answer<AppState>> ChangeProcess(string type, ProcessChange change);

    /// <summary>Asks for a new run of one instance; what it is not wanted to be it is not made to be.</summary>
    Task<Answer<InstanceState>> RestartInstance(string type, int index);

    /// <summary>Changes several things in one decision.</summary>
    Task<Answer<AppState>> Edit(AppEdit edit);

    /// <summary>Stops the app and begins to take it apart; it is gone when <see cref="Get"/> finds nothing. May be repeated.</summary>
    Task<Answer<AppState>> Delete();

    /// <summary>Nothing of the app runs and nothing that belonged to it is left: its row goes.</summary>
    Task Vanish();

    /// <summary>Every instance has confirmed what was wanted of it at a revision.</summary>
    Task Told(int revision);

    /// <summary>What instances say of their hand-overs. May be repeated.</summary>
    Task Hear(ImmutableArray<InstanceNews> news);

    /// <summary>Instances may not know what is wanted of them.</summary>
    Task Wake();

    /// <summary>A build asks whether it may be staged in a container: one of an app at a time, and within the quotas' memory. May be repeated. The answer says where the app is.</summary>
    Task<Answer<PlaceNames>> TakeStagingTurn(DropletId build, int memoryMb);

    Task<Answer<AppState>> Relabel(Metadata metadata);

    /// <summary>Changes labels and annotations: a null value removes its key, what is not named stays.</summary>
    Task<Answer<AppState>> ChangeMetadata(ImmutableSortedDictionary<string, string?> labels, ImmutableSortedDictionary<string, string?> annotations);
}
