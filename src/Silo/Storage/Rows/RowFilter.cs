using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Dapper;
using Granary.Grains.Ports;

namespace Granary.Silo.Storage.Rows;

/// <summary>
/// The condition of a listing as SQL text with parameters; no value of a user ever becomes text. Equal filters give an equal
/// <see cref="Key"/>.
/// </summary>
internal sealed class RowFilter
{
    private readonly SqlDialect dialect;
    private readonly StringBuilder where = new("GrainTypeString = @Kind AND item_guid IS NOT NULL");
    private readonly StringBuilder key = new();
    private readonly Dictionary<string, object> values = [];

    public RowFilter(string kind, RowQuery query, SqlDialect dialect)
    {
        this.dialect = dialect;
        values["Kind"] = kind;
        key.Append(kind);

        // The most selective filter goes first and is the one that may choose the index; see SqlDialect.Unindexed.
        Guids("item_guid", query.Guids);
        Guids("app_guid", query.Apps);
        AnyOf("name_key", Given(query.Names).Select(ListingRow.Fold).ToArray());
        InSpaces(kind, Given(query.Spaces).Select(space => space.ToString("D")).ToArray());
        AnyOf("state", Given(query.States).ToArray());
        AnyOf("scope", Given(query.Scopes).ToArray());
        AnyOf("sequence_id", Given(query.Sequences).ToArray());
        Instants("created_at", query.CreatedAts);
        Instants("updated_at", query.UpdatedAts);
        foreach (var requirement in query.Labels)
        {
            Label(requirement);
        }
    }

    public string Where => where.ToString();

    public string Key => key.ToString();

    public DynamicParameters Parameters()
    {
        var parameters = new DynamicParameters();
        foreach (var (name, value) in values)
        {
            parameters.Add(name, value);
        }

        return parameters;
    }

    private static ImmutableArray<T> Given<T>(ImmutableArray<T>? values) => values is { IsDefault: false } given ? given : [];

    private void Guids(string column, ImmutableArray<Guid>? filter)
    {
        var guids = Given(filter);
        switch (guids.Length)
        {
            case 0:
                break;
            case 1:
                And($"{Column(column)} = {Add(dialect.Guid(guids[0]), guids[0])}");
                break;
            default:
                And(dialect.In(Column(column), Add(dialect.Guids(guids), string.Join(',', guids))));
                break;
        }
    }

    private void AnyOf<T>(string column, T[] given)
        where T : notnull
    {
        switch (given.Length)
        {
            case 0:
                break;
            case 1:
                // An equality keeps the order of the index usable; a list does not.
                And($"{Column(column)} = {Add(given[0], given[0])}");
                break;
            default:
                And(dialect.In(Column(column), Add(given, Joined(given))));
                break;
        }
    }

    /// <summary>Apps and events say themselves in which space they are; an event may outlive its app. All else is in the space of its app.</summary>
    private void InSpaces(string kind, string[] spaces)
    {
        if (kind is AppDocument.Kind or AuditDocument.Kind)
        {
            AnyOf("scope", spaces);
        }
        else if (spaces.Length > 0)
        {
            And($"{Column("app_guid")} IN (SELECT item_guid FROM OrleansStorage WHERE GrainTypeString = '{AppDocument.Kind}' AND {dialect.In("scope", Add(spaces, Joined(spaces)))})");
        }
    }

    private void Instants(string column, ImmutableArray<InstantFilter> filters)
    {
        foreach (var filter in filters)
        {
            var micros = ListingRow.Micros(filter.At);
            And($"{column} {filter.Relation.Sign()} {Add(micros, micros)}");
        }
    }

    private void Label(LabelRequirement requirement)
    {
        var label = Add(requirement.Key, requirement.Key);
        And(requirement.Relation switch
        {
            LabelRelation.Exists => dialect.HasLabel(label),
            LabelRelation.Absent => $"NOT {dialect.HasLabel(label)}",
            LabelRelation.In => dialect.LabelIn(label, Add(requirement.Values.ToArray(), Joined(requirement.Values))),
            LabelRelation.NotIn => $"NOT {dialect.LabelIn(label, Add(requirement.Values.ToArray(), Joined(requirement.Values)))}",
            _ => throw new ArgumentOutOfRangeException(nameof(requirement), requirement.Relation, "No such relation of labels."),
        });
    }

    // Lengths, so that no two lists look alike.
    private static string Joined<T>(IEnumerable<T> given)
        where T : notnull =>
        string.Join(',', given.Select(value => string.Create(CultureInfo.InvariantCulture, $"{value.ToString()!.Length}:{value}")));

    /// <summary>Only the first filter may choose the index.</summary>
    private string Column(string name) => values.Count == 1 ? name : dialect.Unindexed(name);

    private void And(string condition)
    {
        where.Append(" AND ").Append(condition);
        key.Append('|').Append(condition);
    }

    private string Add(object value, object spelled)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{values.Count}");
        values[name] = value;
        var text = string.Create(CultureInfo.InvariantCulture, $"{spelled}");
        key.Append(CultureInfo.InvariantCulture, $"|{text.Length}:{text}");
        return $"@{name}";
    }
}
