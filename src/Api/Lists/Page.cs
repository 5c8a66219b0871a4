using System.Globalization;
using Granary.Api.Wire;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Http;

namespace Granary.Api.Lists;

/// <summary>One page of a list, as Cloud Foundry writes it (section 0.3).</summary>
internal sealed record Page<T>(Pagination Pagination, IReadOnlyList<T> Resources);

internal sealed record Pagination(long TotalResults, long TotalPages, Link First, Link Last, Link? Next, Link? Previous);

internal static class Page
{
    public static Page<TItem> Of<TState, TItem>(RowPage<TState> page, ListRequest list, HttpRequest http, Func<TState, TItem> show)
    {
        var (number, size) = (list.Query.Page, list.Query.PerPage);
        // The total may be a second old; it must not say less than the page itself shows.
        var seen = ((number - 1L) * size) + page.Items.Count + (page.Next is null ? 0 : 1);
        var total = page.Items.Count > 0 ? Math.Max(page.Total, seen) : page.Total;
        var pages = Math.Max(1, (total + size - 1) / size);
        return new Page<TItem>(
            new Pagination(
                total,
                pages,
                To(http, 1, size),
                To(http, pages, size),
                page.Next is { } next ? To(http, number + 1L, size, next) : null,
                number > 1 ? To(http, number - 1L, size) : null),
            [.. page.Items.Select(show)]);
    }

    /// <summary>A list that is small and here as a whole.</summary>
    public static Page<TItem> Of<TItem>(IReadOnlyList<TItem> all, ListRequest list, HttpRequest http)
    {
        var (number, size) = (list.Query.Page, list.Query.PerPage);
        var from = (int)Math.Min(all.Count, (number - 1L) * size);
        TItem[] items = [.. all.Skip(from).Take(size)];
        return Of(new RowPage<TItem>(items, all.Count, from + items.Length < all.Count ? "" : null), list, http, item => item);
    }

    /// <summary>A list of what is not here, and so is always empty.</summary>
    public static Page<object> Empty(HttpRequest http) => Of<object>([], ListRequest.Read(http, ListShape.Small), http);

    /// <summary>The request's own filters, with another page.</summary>
    private static Link To(HttpRequest http, long page, int size, string? after = null)
    {
        var parameters = http.Query
            .Where(each => each.Key is not ("page" or "per_page" or ListRequest.After))
            .Select(each => (each.Key, Value: each.Value.ToString()))
            .Append(("page", page.ToString(CultureInfo.InvariantCulture)))
            .Append(("per_page", size.ToString(CultureInfo.InvariantCulture)));
        if (!string.IsNullOrEmpty(after))
        {
            parameters = parameters.Append((ListRequest.After, after));
        }

        return new Links(http).To($"{http.Path}?{string.Join('&', parameters.Select(each => $"{Uri.EscapeDataString(each.Item1)}={Uri.EscapeDataString(each.Item2)}"))}");
    }
}
