using System.Collections.Immutable;
using System.Globalization;
using Granary.Api.Errors;
using Granary.Grains.Ports;
using Microsoft.AspNetCore.Http;

namespace Granary.Api.Lists;

/// <summary>
/// The query string of a list as a <see cref="RowQuery"/>, or one error that names everything wrong with it. Values of one filter are
/// alternatives, parted by commas; a comma inside a value is written %2C once more than the URL asks for.
/// </summary>
internal sealed class ListRequest
{
    /// <summary>Our own parameter, carried by the link to the next page: where the page before ended, so that deep pages cost no more than the first.</summary>
    public const string After = "after";

    public const int PerPageMax = 5000;

    private readonly IQueryCollection query;
    private readonly List<string> faults = [];

    private ListRequest(HttpRequest request, ListShape shape)
    {
        query = request.Query;
        string[] valid = [.. ListShape.Common, .. shape.Filters];
        if (query.Keys.Except(valid).ToArray() is { Length: > 0 } unknown)
        {
            faults.Add($"Unknown query parameter(s): {Quoted(unknown)}. Valid parameters are: {Quoted(valid)}");
        }

        if (query.Any(each => each.Value.Any(value => value?.Contains('\0', StringComparison.Ordinal) == true)))
        {
            faults.Add("Values must not contain a null character");
        }

        var (order, descending) = Order(shape);
        Query = new RowQuery
        {
            Guids = GuidsOf("guids"),
            Apps = GuidsOf("app_guids"),
            Names = Texts("names"),
            States = Texts("states"),
            Sequences = Sequences(),
            CreatedAts = Instants("created_ats"),
            UpdatedAts = Instants("updated_ats"),
            Labels = Labels(),
            Order = order,
            Descending = descending,
            Page = Number("page", 1, int.MaxValue) ?? 1,
            PerPage = Number("per_page", 1, PerPageMax) ?? 50,
            After = Single(After),
        };
        Types = Texts("types");
        Targets = GuidsOf("target_guids");
        Spaces = GuidsOf("space_guids");
        Organizations = GuidsOf("organization_guids");
        RunningSpaces = GuidsOf("running_space_guids");
        StagingSpaces = GuidsOf("staging_space_guids");
        OfAllRunning = Truth("globally_enabled_running");
        OfAllStaging = Truth("globally_enabled_staging");
        Users = Texts("user_guids");
        UserNames = Texts("usernames");
        UserNameParts = Texts("partial_usernames");
        Origins = Texts("origins");
        Stacks = Texts("stacks");
        AfterGuid = Single("after_guid") is { } guid ? Guid.TryParseExact(guid, "D", out var parsed) ? parsed : Guid.Empty : null;
        if (faults.Count > 0)
        {
            throw new CfException(CfError.BadQuery(string.Join(", ", faults)));
        }
    }

    public RowQuery Query { get; init; }

    public ImmutableArray<string>? Types { get; }

    /// <summary>To what it was done, of events.</summary>
    public ImmutableArray<Guid>? Targets { get; }

    /// <summary>Null when it was not asked for; the same for those that follow.</summary>
    public ImmutableArray<Guid>? Spaces { get; }

    public ImmutableArray<Guid>? Organizations { get; }

    /// <summary>To which security groups are bound.</summary>
    public ImmutableArray<Guid>? RunningSpaces { get; }

    public ImmutableArray<Guid>? StagingSpaces { get; }

    /// <summary>Whether security groups hold everywhere.</summary>
    public bool? OfAllRunning { get; }

    public bool? OfAllStaging { get; }

    public ImmutableArray<string>? Users { get; }

    public ImmutableArray<string>? UserNames { get; }

    public ImmutableArray<string>? UserNameParts { get; }

    public ImmutableArray<string>? Origins { get; }

    public ImmutableArray<string>? Stacks { get; }

    /// <summary>What is no guid is the guid of nothing.</summary>
    public Guid? AfterGuid { get; }

    /// <summary>Whether what belongs to the items is asked for too.</summary>
    public bool Includes(string word) => query["include"].ToString().Split(',').Contains(word);

    public static ListRequest Read(HttpRequest request, ListShape shape) => new(request, shape);

    /// <summary>For things that have no rows: whether the filters by name and guid let one pass.</summary>
    public bool Matches(string name, string guid) =>
        Query.Names?.Contains(name, StringComparer.OrdinalIgnoreCase) != false
        && Query.Guids?.Contains(Guid.Parse(guid)) != false;

    /// <summary>Reads a page; a position that no listing gave out is the client's fault.</summary>
    /// <param name="read">Asks for it.</param>
    /// <param name="spaces">Of which something may be shown; null for all.</param>
    public Task<RowPage<TState>> Page<TState>(Func<RowQuery, Task<RowPage<TState>>> read, ImmutableArray<Guid>? spaces, Func<RowQuery, RowQuery>? narrow = null) =>
        spaces is { IsEmpty: true } ? Task.FromResult(new RowPage<TState>([], 0, null)) : Page(read, query => (narrow?.Invoke(query) ?? query) with { Spaces = spaces });

    /// <summary>The same of one thing's, which the caller sees.</summary>
    public async Task<RowPage<TState>> Page<TState>(Func<RowQuery, Task<RowPage<TState>>> read, Func<RowQuery, RowQuery> narrow)
    {
        try
        {
            return await read(narrow(Query));
        }
        catch (FormatException fault) when (Query.After is not null)
        {
            throw new CfException(CfError.BadQuery($"After: {fault.Message}"));
        }
    }

    private static string Quoted(IEnumerable<string> words) => string.Join(", ", words.Select(each => $"'{each}'"));

    private (RowOrder Order, bool Descending) Order(ListShape shape)
    {
        if (Single("order_by") is not { } text)
        {
            return (shape.Default, false);
        }

        // An unescaped plus arrives as a space.
        if (shape.Orders.TryGetValue(text.TrimStart('+', '-', ' '), out var order) && text.Length - text.TrimStart('+', '-', ' ').Length <= 1)
        {
            return (order, text[0] == '-');
        }

        faults.Add($"Order by can only be: {Quoted(shape.Orders.Keys.Order(StringComparer.Ordinal))}");
        return (RowOrder.CreatedAt, false);
    }

    private string? Single(string name) => query.TryGetValue(name, out var values) ? values.ToString() : null;

    private ImmutableArray<string>? Texts(string name) => Single(name) is { } text
        ? [.. text.Split(',').Select(each => each.Replace("%2C", ",", StringComparison.OrdinalIgnoreCase))]
        : null;

    /// <summary>What is no guid is the guid of nothing.</summary>
    private ImmutableArray<Guid>? GuidsOf(string name) => Texts(name) is { } texts
        ? [.. texts.Select(text => Guid.TryParseExact(text.Trim(), "D", out var guid) ? guid : Guid.Empty)]
        : null;

    private int? Number(string name, int min, int max)
    {
        if (Single(name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        faults.Add($"{(name == "page" ? "Page" : "Per page")} must be a whole number between {min} and {max}");
        return null;
    }

    private bool? Truth(string name)
    {
        if (Single(name) is not { } text)
        {
            return null;
        }

        if (text is not ("true" or "false"))
        {
            faults.Add($"{char.ToUpperInvariant(name[0])}{name[1..].Replace('_', ' ')} must be 'true' or 'false'");
        }

        return text == "true";
    }

    private ImmutableArray<int>? Sequences()
    {
        if (Texts("sequence_ids") is not { } texts)
        {
            return null;
        }

        var numbers = ImmutableArray.CreateBuilder<int>();
        foreach (var text in texts)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                numbers.Add(number);
            }
            else
            {
                faults.Add($"Sequence ids: '{text}' is not a whole number");
            }
        }

        return numbers.ToImmutable();
    }

    private ImmutableArray<InstantFilter> Instants(string name)
    {
        var filters = ImmutableArray.CreateBuilder<InstantFilter>();
        foreach (var relation in (string[])["", "[lt]", "[lte]", "[gt]", "[gte]"])
        {
            if (Single(name + relation) is not { } text)
            {
                continue;
            }

            if (InstantFilters.Parse(relation, text) is { } found)
            {
                filters.AddRange(found);
            }
            else
            {
                faults.Add($"{(name == "created_ats" ? "Created ats" : "Updated ats")} has an invalid timestamp format: one timestamp, formatted as 'YYYY-MM-DDThh:mm:ssZ'");
            }
        }

        return filters.ToImmutable();
    }

    private ImmutableArray<LabelRequirement> Labels()
    {
        if (Single("label_selector") is not { } text)
        {
            return [];
        }

        if (LabelSelector.Parse(text) is { } requirements)
        {
            return requirements;
        }

        faults.Add($"Label selector is invalid: up to {LabelSelector.RequirementsMax} requirements of the forms k, !k, k=v, k!=v, k in (a,b), k notin (a,b)");
        return [];
    }
}
