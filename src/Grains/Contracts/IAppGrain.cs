using System.Collections.Immutable;
using Granary.Core;
using Granary.Core.Apps;
using Granary.Core.Tasks;

namespace Granary.Grains.Contracts;

/// <summary>One app. Its key is <see cref="Keys.App"/>.</summary>
public interface IAppGrain : IGrainWithStringKey
{
    Task<Answer<AppState>> Create(string name, Guid space, Lifecycle lifecycle, Metadata metadata, ImmutableSortedDictionary<string, string?> variables);

    Task<AppState?> Get();

    /// <summary>The one decision point of a submit: rules, defaults, and the next sequence id. A refused request takes no id.</summary>
    Task<Answer<Admission>> Admit(TaskId task, TaskSubmission request);

    Task<Answer<AppState>> AssignDroplet(DropletId droplet);

    /// <summary>Notes a package as the newest one.</summary>
    Task<Answer<AppState>> AddPackage(PackageId package);

    /// <summary>Sets variables; a null value removes one.</summary>
    Task<Answer<AppState>> ChangeEnvironment(ImmutableSortedDictionary<string, string?> variables);

    Task<Answer<AppState>> Desire(DesiredState desired);

    Task<Answer<AppState>> Relabel(Metadata metadata);

    /// <summary>Changes labels and annotations: a null value removes its key, what is not named stays.</summary>
    Task<Answer<AppState>> ChangeMetadata(ImmutableSortedDictionary<string, string?> labels, ImmutableSortedDictionary<string, string?> annotations);
}
