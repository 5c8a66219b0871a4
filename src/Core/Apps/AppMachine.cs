using System.Collections.Immutable;
using System.Diagnostics;
using Granary.Core.Droplets;
using Granary.Core.Instances;
using static Granary.Core.Apps.AppEvent;
using Decision = Granary.Core.Decision<Granary.Core.Apps.AppState, Granary.Core.Apps.AppEffect>;

namespace Granary.Core.Apps;

/// <summary>
/// Decides what an app becomes. Pure: same inputs, same decision. An app is absent, or it exists and is wanted STOPPED or STARTED;
/// started needs a droplet. One whose deletion was asked for is stopped and takes nothing new until it is gone. A start takes what is current (a release), and its instances run that until the next start. Whatever changes
/// what is wanted of an instance raises the revision, and all instances are told until all have confirmed.
/// </summary>
public static class AppMachine
{
    public const string NoDroplet = "Assign a droplet before starting this app.";

    /// <summary>How long after a change instances are told of it again, if some have not confirmed: longer than telling takes.</summary>
    public static readonly TimeSpan TellAgain = TimeSpan.FromSeconds(3);

    /// <summary>How long a build that has its turn may take to write its first row: longer than any call.</summary>
    public static readonly TimeSpan TurnKept = TimeSpan.FromMinutes(1);

    public const string NoSpace = "Invalid space. Ensure that the space exists and you have access to it.";

    /// <summary>The database alone can tell: two apps may take one name at the same instant.</summary>
    public static Refusal NameTaken(string name) => new(RefusalReason.Invalid, $"App with the name '{name}' already exists.");

    public static Decision Decide(AppState app, AppEvent @event) => (app.Exists, @event) switch
    {
        (false, Created created) => Create(app, created),
        (false, _) => Decision.Refuse(app, new Refusal(RefusalReason.AppNotFound, "App not found")),

        (true, DeletionRequested) when app.IsDeleted => Decision.Stay(app),
        (true, DeletionRequested) => Delete(app, @event),
        (true, InstancesTold told) when app.IsDeleted => told.Revision == app.Revision ? Decision.Stay(app, new AppEffect.Dismantle()) : Decision.Stay(app), // Until it is gone it is woken.
        (true, Woke) when app.IsDeleted => Decision.Move(app with { WakeAt = @event.At + TellAgain }, TakeApart(app)),
        (true, not InstancesSpoke) when app.IsDeleted => Decision.Refuse(app, new Refusal(RefusalReason.AppNotFound, "App not found")),

        (true, Created created) => created.Name == app.Name && created.Space == app.Space
            ? Decision.Stay(app) // The same request again.
            : Decision.Refuse(app, new Refusal(RefusalReason.Conflict, "App guid is taken by an app of another name")),
        (true, PackageAdded added) => Change(app with { NewestPackage = added.Package }, @event),
        (true, DropletAssigned assigned) => Assign(app, assigned),
        (true, EnvironmentChanged changed) => ChangeEnvironment(app, changed),
        (true, StateDesired { Desired: DesiredState.Started }) when app.CurrentDroplet is null => Decision.Refuse(app, new Refusal(RefusalReason.Invalid, NoDroplet)),
        (true, StateDesired desired) when desired.Desired == app.Desired => Decision.Stay(app),
        (true, StateDesired { Desired: DesiredState.Started, Droplet: var droplet, Place: var place }) => Start(app, droplet!, place, @event),
        (true, StateDesired desired) => Order(app with { Desired = desired.Desired }, @event),
        (true, RestartRequested) when app.CurrentDroplet is null => Decision.Refuse(app, new Refusal(RefusalReason.Invalid, NoDroplet)),
        (true, RestartRequested { Droplet: var droplet, Place: var place }) => Start(app, droplet!, place, @event),
        (true, ProcessChanged changed) => ChangeProcess(app, changed),
        (true, InstancesTold told) => told.Revision == app.Revision && app.WakeAt is not null ? Decision.Move(Settled(app)) : Decision.Stay(app),
        (true, InstancesSpoke { News: var news }) => news.Aggregate(app, HandOver) is var next && ReferenceEquals(next, app) ? Decision.Stay(app) : Tell(next, @event),
        (true, Woke) => app.WakeAt is null ? Decision.Stay(app) : Decision.Move(app with { WakeAt = @event.At + TellAgain }, new AppEffect.TellInstances(app.Revision)),
        (true, Relabelled relabelled) => Relabel(app, relabelled),
        (true, Edited edited) => Edit(app, edited),
        (true, StagingAsked asked) => TakeTurn(app, asked),
        (true, SequenceIdsNeeded needed) => Decision.Move(app with { SequenceIdsTaken = app.SequenceIdsTaken + Math.Clamp(needed.Given, 1, Limits.SequenceIdBlock) }),

        _ => throw new UnreachableException($"No rule for {@event}."),
    };

    /// <summary>One at a time. A build that has its turn and no row is about to write it, unless it took too long: then it never will.</summary>
    private static Decision TakeTurn(AppState app, StagingAsked asked) => app.Staging switch
    {
        { Build: var build } when build == asked.Build => Decision.Stay(app),
        { At: var at } when asked.Last == DropletPhase.Staging || (asked.Last is null && asked.At - at < TurnKept) => Decision.Refuse(app, Builds.BuildMachine.InProgress),
        _ => Decision.Move(app with { Staging = new StagingTurn(asked.Build, asked.At) }),
    };

    private static Decision Start(AppState app, DropletState droplet, PlaceNames? place, AppEvent @event)
    {
        var settings = app.Processes.ToImmutableSortedDictionary(each => each.Key, each => each.Value.Settings, StringComparer.Ordinal);
        return Order(app with { Desired = DesiredState.Started, Release = new Release((app.Release?.Version ?? 0) + 1, droplet, app.Environment, settings, place) }, @event);
    }

    /// <summary>A relief is wanted before the one in the current lane is stopped, and counts once it is up, or once the other has ended.</summary>
    private static AppState HandOver(AppState app, InstanceNews news)
    {
        var process = AppProcesses.Of(app, news.Type);
        var lanes = process.LanesOf(news.Index);
        if (news.Index >= AppProcesses.Wanted(app).GetValueOrDefault(news.Type) || news.Revision < process.WantedSince || news.Attempt < lanes.After)
        {
            return app; // It will hear what is wanted of it, and say again what it has to say. Or it spoke of a turn long ago.
        }

        return news switch
        {
            InstanceNews.MakesWay { HasEnded: true } when news.Lane == lanes.Current => With(app, news, (lanes.IsRelieved ? lanes : lanes.Relieve(news.Attempt)).HandOver()),
            InstanceNews.MakesWay when news.Lane == lanes.Current && !lanes.IsRelieved => With(app, news, lanes.Relieve(news.Attempt)),
            InstanceNews.ReliefUp when news.Lane == lanes.Other && lanes.IsRelieved => With(app, news, lanes.HandOver()),
            _ => app, // Repeated, or late.
        };
    }

    private static AppState With(AppState app, InstanceNews news, Lanes lanes)
    {
        var process = AppProcesses.Of(app, news.Type);
        return app with { Processes = app.Processes.SetItem(news.Type, process with { Lanes = process.Lanes.SetItem(news.Index, lanes) }) };
    }

    private static Decision ChangeProcess(AppState app, ProcessChanged changed)
    {
        if (!AppProcesses.Types(app, changed.Droplet).Contains(changed.Type))
        {
            return Decision.Refuse(app, new Refusal(RefusalReason.ProcessNotFound, "Process not found"));
        }

        var next = Changed(app, changed.Type, changed.Change);
        return ReferenceEquals(next, app) ? Decision.Stay(app) : Scaled(app, next, changed);
    }

    /// <summary>The app with a process changed; the same app if that changes nothing.</summary>
    private static AppState Changed(AppState app, string type, ProcessChange change)
    {
        var before = AppProcesses.Of(app, type);
        var after = before with
        {
            Instances = change.Instances ?? before.Instances,
            Settings = new ProcessSettings(
                change.ChangesCommand ? change.Command : before.Settings.Command,
                change.MemoryMb ?? before.Settings.MemoryMb,
                change.DiskMb ?? before.Settings.DiskMb,
                change.LogBytesPerSecond ?? before.Settings.LogBytesPerSecond),
        };
        return after == before ? app : app with { Processes = app.Processes.SetItem(type, after) };
    }

    private static AppState Having(AppState app, string type) =>
        type == AppProcesses.Web || app.Processes.ContainsKey(type) ? app : app with { Processes = app.Processes.Add(type, ProcessState.Default) };

    /// <summary>Instances are told only if something else is wanted of them now.</summary>
    private static Decision Scaled(AppState before, AppState next, AppEvent @event) =>
        AppProcesses.Wanted(next).SequenceEqual(AppProcesses.Wanted(before)) ? Change(next, @event) : Order(next, @event);

    private static Decision Edit(AppState app, Edited edited)
    {
        var edit = edited.Edit;
        var metadata = MetadataRules.Merge(app.Metadata, edit.Labels, edit.Annotations);
        var (environment, environmentFaults) = VariableRules.Change(app.Environment, edit.Environment);
        ImmutableArray<string> faults =
        [
            .. edit.Name is { } name ? NameFaults(name) : [],
            .. environmentFaults,
            .. MetadataRules.Faults(metadata),
            .. Buildpacks.Faults(edit.Buildpacks ?? [], edited.KnownBuildpacks),
            .. app.Lifecycle == Lifecycle.Docker && edit.Buildpacks is { IsEmpty: false } ? ["Buildpacks cannot be configured for a docker lifecycle app."] : Array.Empty<string>(),
        ];
        if (faults.Length > 0)
        {
            return Decision.Refuse(app, new Refusal(RefusalReason.Invalid, faults));
        }

        var next = app with
        {
            Name = edit.Name ?? app.Name,
            Buildpacks = edit.Buildpacks ?? app.Buildpacks,
            Environment = environment,
            Metadata = metadata,
        };
        next = edit.Processes.Aggregate(next, (so, each) => Changed(Having(so, each.Key), each.Key, each.Value));
        return next.Processes.Count > Procfile.TypesMax
            ? Decision.Refuse(app, new Refusal(RefusalReason.Invalid, $"An app may have at most {Procfile.TypesMax} process types"))
            : Scaled(app, next, edited);
    }

    /// <summary>It is stopped at once; that it is gone, and its name free, follows when nothing of it runs any more.</summary>
    private static Decision Delete(AppState app, AppEvent @event)
    {
        var stopped = Order(app with { IsDeleted = true, Desired = DesiredState.Stopped }, @event).Next;
        return Decision.Move(stopped with { WakeAt = @event.At + TellAgain }, TakeApart(stopped));
    }

    /// <summary>Instances first: what is told to one after its row is gone would make another.</summary>
    private static AppEffect TakeApart(AppState app) =>
        app.Processes.Values.Any(each => each.Slots > 0) ? new AppEffect.TellInstances(app.Revision) : new AppEffect.Dismantle();

    /// <summary>What is wanted has changed, and with that who makes way need not: its relief takes over what is wanted, if anything is.</summary>
    private static Decision Order(AppState app, AppEvent @event) => Tell(
        app with
        {
            Processes = app.Processes.ToImmutableSortedDictionary(
                each => each.Key,
                each => each.Value.WithLanes(lanes => lanes.IsRelieved ? lanes.HandOver() : lanes) with { WantedSince = app.Revision + 1 },
                StringComparer.Ordinal),
        },
        @event);

    /// <summary>Whoever is wanted now, or may believe that it is, has to be told.</summary>
    private static Decision Tell(AppState app, AppEvent @event)
    {
        var processes = app.Processes;
        foreach (var (type, count) in AppProcesses.Wanted(app))
        {
            var process = processes.GetValueOrDefault(type) ?? ProcessState.Default;
            processes = processes.SetItem(type, process with { Slots = Math.Max(process.Slots, count) });
        }

        var next = app with { Processes = processes, Revision = app.Revision + 1, WakeAt = @event.At + TellAgain };
        return processes.Values.Any(each => each.Slots > 0)
            ? Change(next, @event, new AppEffect.TellInstances(next.Revision))
            : Change(next with { WakeAt = null }, @event);
    }

    /// <summary>Who has confirmed that it is not wanted is not told of later changes.</summary>
    private static AppState Settled(AppState app)
    {
        var wanted = AppProcesses.Wanted(app);
        return app with { WakeAt = null, Processes = app.Processes.ToImmutableSortedDictionary(each => each.Key, each => each.Value.WithLanes(lanes => lanes with { Leaves = false }) with { Slots = wanted.GetValueOrDefault(each.Key) }, StringComparer.Ordinal) };
    }

    private static Decision Create(AppState app, Created created)
    {
        var (environment, environmentFaults) = VariableRules.Change(app.Environment, created.Variables ?? ImmutableSortedDictionary<string, string?>.Empty);
        var faults = NameFaults(created.Name).Concat(MetadataRules.Faults(created.Metadata)).Concat(environmentFaults).ToImmutableArray();
        return faults.Length > 0
            ? Decision.Refuse(app, new Refusal(RefusalReason.Invalid, faults))
            : Change(
                new AppState
                {
                    Id = created.Id,
                    Name = created.Name,
                    Space = created.Space,
                    Lifecycle = created.Lifecycle,
                    Buildpacks = created.Buildpacks ?? [],
                    Environment = environment,
                    Metadata = created.Metadata,
                    Exists = true,
                    CreatedAt = created.At,
                },
                created);
    }

    private static Decision Assign(AppState app, DropletAssigned assigned)
    {
        if (assigned.Droplet.App != app.Id || assigned.Droplet.Phase != DropletPhase.Staged)
        {
            return Decision.Refuse(app, new Refusal(RefusalReason.Invalid, "Unable to assign current droplet. Ensure the droplet exists and belongs to this app."));
        }

        return app.CurrentDroplet == assigned.Droplet.Id ? Decision.Stay(app) : Change(app with { CurrentDroplet = assigned.Droplet.Id }, assigned);
    }

    private static Decision ChangeEnvironment(AppState app, EnvironmentChanged changed)
    {
        var (environment, faults) = VariableRules.Change(app.Environment, changed.Variables);
        return faults.Length > 0
            ? Decision.Refuse(app, new Refusal(RefusalReason.Invalid, faults))
            : Change(app with { Environment = environment }, changed);
    }

    private static Decision Relabel(AppState app, Relabelled relabelled)
    {
        var faults = MetadataRules.Faults(relabelled.Metadata);
        return faults.Length > 0
            ? Decision.Refuse(app, new Refusal(RefusalReason.Invalid, faults))
            : Change(app with { Metadata = relabelled.Metadata }, relabelled);
    }

    private static Decision Change(AppState app, AppEvent @event, params AppEffect[] effects) => Decision.Move(app with { UpdatedAt = @event.At }, [.. effects]);

    private static IEnumerable<string> NameFaults(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            yield return "Name can't be blank";
        }
        else if (name.Length > Limits.NameLength)
        {
            yield return $"Name is too long (maximum is {Limits.NameLength} characters)";
        }
        else if (name.Any(char.IsControl))
        {
            yield return "Name must not contain control characters";
        }
    }
}
