namespace Granary.Silo.Storage;

/// <summary>The words in which the two databases differ.</summary>
internal abstract class SqlDialect
{
    public static readonly SqlDialect Postgres = new PostgresDialect();

    public static readonly SqlDialect Sqlite = new SqliteDialect();

    /// <summary>A guid as a parameter.</summary>
    public abstract object Guid(Guid guid);

    /// <summary>Several guids as one parameter of <see cref="In"/>.</summary>
    public abstract object Guids(IEnumerable<Guid> guids);

    /// <summary>True when the column has one of the values of an array parameter.</summary>
    public abstract string In(string column, string parameter);

    /// <summary>True when the item has the label <paramref name="key"/>.</summary>
    public abstract string HasLabel(string key);

    /// <summary>True when the item has the label <paramref name="key"/> with one of the values.</summary>
    public abstract string LabelIn(string key, string values);

    /// <summary>Hides a column from the choice of an index, where the planner knows too little to choose well.</summary>
    public abstract string Unindexed(string column);

    /// <summary>The text of a member of the stored document.</summary>
    public abstract string Member(params string[] path);

    /// <summary>A statement that answers 1 if there is a table of this name, else 0.</summary>
    public abstract string CountTables(string name);

    /// <summary>After a SELECT in a transaction: nobody else changes its rows until that has ended. Empty where writers are alone anyway.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>The column by which names are sorted: by code point, on every database and locale.</summary>
    public abstract string NameKey { get; }

    /// <summary>Reads a guid back.</summary>
    public static Guid ToGuid(object value) => value is Guid guid ? guid : System.Guid.Parse((string)value);

    private sealed class PostgresDialect : SqlDialect
    {
        public override string NameKey => "name_key COLLATE \"C\"";

        public override string ForUpdate => " FOR UPDATE";

        public override object Guid(Guid guid) => guid;

        public override object Guids(IEnumerable<Guid> guids) => guids.ToArray();

        public override string In(string column, string parameter) => $"{column} = ANY({parameter})";

        public override string HasLabel(string key) => $"jsonb_exists(labels, {key})";

        public override string LabelIn(string key, string values) => $"coalesce(labels ->> {key} = ANY({values}), false)";

        public override string Unindexed(string column) => column;

        public override string Member(params string[] path) => $"convert_from(PayloadBinary, 'UTF8')::json #>> '{{{string.Join(',', path)}}}'";

        public override string CountTables(string name) => $"SELECT count(to_regclass('{name}'))";
    }

    private sealed class SqliteDialect : SqlDialect
    {
        public override string NameKey => "name_key";

        public override string ForUpdate => "";

        public override object Guid(Guid guid) => guid.ToString("D");

        public override object Guids(IEnumerable<Guid> guids) => guids.Select(guid => guid.ToString("D")).ToArray();

        // Dapper spells an array parameter out as a list.
        public override string In(string column, string parameter) => $"{column} IN {parameter}";

        public override string HasLabel(string key) => $"EXISTS (SELECT 1 FROM json_each(labels) AS label WHERE label.key = {key})";

        public override string LabelIn(string key, string values) => $"EXISTS (SELECT 1 FROM json_each(labels) AS label WHERE label.key = {key} AND label.value IN {values})";

        public override string Unindexed(string column) => $"+{column}";

        public override string Member(params string[] path) => $"CAST(PayloadBinary AS TEXT) ->> '$.{string.Join('.', path)}'";

        public override string CountTables(string name) => $"SELECT count(*) FROM sqlite_master WHERE name = '{name}'";
    }
}
