using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Granary.Core.Apps;
using static Granary.Core.Builds.BuildpackEvent;
using Decision = Granary.Core.Decision<Granary.Core.Builds.BuildpackShelf, Granary.Core.Builds.BuildpackEffect>;

namespace Granary.Core.Builds;

/// <summary>Decides what buildpacks there are. Pure: same inputs, same decision. The texts are Cloud Foundry's where it has one.</summary>
public static class BuildpackMachine
{
    /// <summary>A new one is tried before all others, unless it is told otherwise.</summary>
    private const int PositionDefault = 1;

    public static readonly Refusal NotFound = new(RefusalReason.BuildpackNotFound, "Buildpack not found");

    public static readonly Refusal Locked = new(RefusalReason.Invalid, "Buildpack is locked");

    public static Decision Decide(BuildpackShelf shelf, BuildpackEvent @event) => (shelf.Find(@event.Id), @event) switch
    {
        (null, Created created) => Create(shelf, created),
        (null, _) => Decision.Refuse(shelf, NotFound),

        (_, Created) => Decision.Stay(shelf), // The same request again.
        ({ IsBuiltIn: true }, Changed { Change: { Name: not null } or { ChangesStack: true } or { IsLocked: false } }) => Refuse(shelf, "A buildpack that is built in may be moved, enabled and disabled, and nothing else"),
        ({ IsBuiltIn: true } built, Removed) => Refuse(shelf, $"Buildpack '{built.Name}' is built in: disable it instead"),
        ({ } found, Changed changed) => Change(shelf, found, changed),
        ({ IsLocked: true }, Uploaded) => Decision.Refuse(shelf, Locked),
        ({ } found, Uploaded uploaded) => Decision.Move(With(shelf, found with { Digest = uploaded.Digest, FileName = uploaded.FileName, UpdatedAt = uploaded.At })),
        ({ } found, Removed) => Decision.Move(shelf with { All = shelf.All.Remove(found) }),

        _ => throw new UnreachableException($"No rule for {@event}."),
    };

    private static Decision Create(BuildpackShelf shelf, Created created)
    {
        var change = created.Change;
        var made = new BuildpackState
        {
            Id = created.Id,
            Name = change.Name ?? "",
            Stack = change.Stack,
            IsEnabled = change.IsEnabled ?? true,
            IsLocked = change.IsLocked ?? false,
            Metadata = MetadataRules.Merge(Metadata.Empty, change.Labels, change.Annotations),
            CreatedAt = created.At,
            UpdatedAt = created.At,
        };
        var faults = Faults(made, change, shelf, created.OnlyStack).ToImmutableArray();
        return faults.IsEmpty
            ? Decision.Move(At(shelf with { All = shelf.All.Add(made) }, made, change.Position ?? PositionDefault))
            : Decision.Refuse(shelf, new Refusal(RefusalReason.Invalid, faults));
    }

    private static Decision Change(BuildpackShelf shelf, BuildpackState found, Changed changed)
    {
        var change = changed.Change;
        if (change.ChangesStack && found.Stack is not null && change.Stack != found.Stack)
        {
            return Refuse(shelf, "Buildpack stack cannot be changed");
        }

        var next = found with
        {
            Name = change.Name ?? found.Name,
            Stack = change.Stack ?? found.Stack,
            IsEnabled = change.IsEnabled ?? found.IsEnabled,
            IsLocked = change.IsLocked ?? found.IsLocked,
            Metadata = MetadataRules.Merge(found.Metadata, change.Labels, change.Annotations),
            UpdatedAt = changed.At,
        };
        var faults = Faults(next, change, shelf, changed.OnlyStack).ToImmutableArray();
        return faults.IsEmpty
            ? Decision.Move(At(With(shelf, next), next, change.Position ?? shelf.PositionOf(found.Id)))
            : Decision.Refuse(shelf, new Refusal(RefusalReason.Invalid, faults));
    }

    private static IEnumerable<string> Faults(BuildpackState next, BuildpackChange change, BuildpackShelf shelf, string onlyStack)
    {
        if (next.Name.Length == 0)
        {
            yield return "Name can't be blank";
        }
        else if (next.Name.Length > Limits.BuildpackNameLength)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Name is too long (maximum is {Limits.BuildpackNameLength} characters)");
        }

        if (!next.Name.All(each => char.IsAsciiLetterOrDigit(each) || each is '_' or '-'))
        {
            yield return "Name is invalid";
        }

        if (change.Position < 1)
        {
            yield return "Position must be greater than or equal to 1";
        }

        if (next.Stack is { } stack && stack != onlyStack)
        {
            yield return $"Stack '{stack}' does not exist";
        }

        if (shelf.All.Any(each => each.Id != next.Id && each.Stack == next.Stack && string.Equals(each.Name, next.Name, StringComparison.OrdinalIgnoreCase)))
        {
            yield return next.Stack is null
                ? $"Buildpack with name '{next.Name}' and an unassigned stack already exists"
                : $"Buildpack with name '{next.Name}' and stack '{next.Stack}' already exists";
        }

        if (shelf.Find(next.Id) is null && shelf.All.Length >= Limits.Buildpacks)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"There may be at most {Limits.Buildpacks} buildpacks");
        }

        foreach (var fault in MetadataRules.Faults(next.Metadata))
        {
            yield return fault;
        }
    }

    private static BuildpackShelf With(BuildpackShelf shelf, BuildpackState next) =>
        shelf with { All = [.. shelf.All.Select(each => each.Id == next.Id ? next : each)] };

    private static BuildpackShelf At(BuildpackShelf shelf, BuildpackState moved, int position)
    {
        var others = shelf.All.RemoveAll(each => each.Id == moved.Id);
        return shelf with { All = others.Insert(Math.Min(position - 1, others.Length), moved) };
    }

    private static Decision Refuse(BuildpackShelf shelf, string words) => Decision.Refuse(shelf, new Refusal(RefusalReason.Invalid, words));
}
