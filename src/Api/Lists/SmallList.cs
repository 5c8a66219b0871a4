using System.Collections.Immutable;
using Granary.Core.Apps;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Http;

namespace Granary.Api.Lists;

/// <summary>By what an item of a list that is here as a whole is found and sorted.</summary>
internal sealed record Listed(Guid Guid, string Name, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, Metadata Metadata, int Position = 0);

/// <summary>Filters, sorts and pages what is small enough to be read as a whole.</summary>
internal static class SmallList
{
    public static Page<TShown> Of<T, TShown>(IEnumerable<T> all, Func<T, Listed> key, ListRequest list, HttpRequest http, Func<T, TShown> show)
    {
        var query = list.Query;
        var found = all.Select(item => (Item: item, Key: key(item))).Where(each => Matches(each.Key, query));
        var sorted = query.Order switch
        {
            RowOrder.Name => found.OrderBy(each => ListingRow.Fold(each.Key.Name), StringComparer.Ordinal),
            RowOrder.Position => found.OrderBy(each => each.Key.Position),
            RowOrder.UpdatedAt => found.OrderBy(each => each.Key.UpdatedAt),
            _ => found.OrderBy(each => each.Key.CreatedAt),
        };
        T[] items = [.. sorted.ThenBy(each => each.Key.Guid).Select(each => each.Item)];
        if (query.Descending)
        {
            Array.Reverse(items);
        }

        return Page.Of<TShown>([.. items.Select(show)], list, http);
    }

    private static bool Matches(Listed item, RowQuery query) =>
        query.Guids?.Contains(item.Guid) != false
        && query.Names?.Contains(item.Name, StringComparer.OrdinalIgnoreCase) != false
        && query.CreatedAts.All(filter => Holds(filter, item.CreatedAt))
        && query.UpdatedAts.All(filter => Holds(filter, item.UpdatedAt))
        && query.Labels.All(requirement => Holds(requirement, item.Metadata.Labels));

    private static bool Holds(InstantFilter filter, DateTimeOffset at) => filter.Relation switch
    {
        InstantRelation.Equal => at == filter.At,
        InstantRelation.Before => at < filter.At,
        InstantRelation.NotAfter => at <= filter.At,
        InstantRelation.After => at > filter.At,
        InstantRelation.NotBefore => at >= filter.At,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter.Relation, "No such relation of instants."),
    };

    private static bool Holds(LabelRequirement requirement, ImmutableSortedDictionary<string, string> labels)
    {
        var isThere = labels.TryGetValue(requirement.Key, out var value);
        return requirement.Relation switch
        {
            LabelRelation.Exists => isThere,
            LabelRelation.Absent => !isThere,
            LabelRelation.In => isThere && requirement.Values.Contains(value!),
            LabelRelation.NotIn => !isThere || !requirement.Values.Contains(value!),
            _ => throw new ArgumentOutOfRangeException(nameof(requirement), requirement.Relation, "No such relation of labels."),
        };
    }
}
