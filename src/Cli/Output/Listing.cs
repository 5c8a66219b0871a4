using Spectre.Console;

namespace Granary.Cli.Output;

/// <summary>A table as cf shows it: a head, columns three spaces apart. Without a terminal no cell is ever wrapped or cut.</summary>
internal sealed class Listing
{
    private readonly Table table = new() { Border = TableBorder.None, ShowFooters = false };
    private readonly Terminal terminal;

    public Listing(Terminal terminal, params string[] heads)
    {
        this.terminal = terminal;
        foreach (var head in heads)
        {
            table.AddColumn(new TableColumn(new Text(head, new Style(decoration: Decoration.Bold))) { Padding = new Padding(0, 0, 3, 0), NoWrap = !terminal.IsTerminal });
        }
    }

    public bool IsEmpty => table.Rows.Count == 0;

    /// <summary>Cells come from a server and are made harmless here.</summary>
    public void Add(params IEnumerable<string?> cells) => table.AddRow(cells.Select(each => new Text(Shown.Harmless(each), Colour(each))));

    public void Show()
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.HasColours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.HasColours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = terminal.Width;
        console.Write(table);
        foreach (var line in text.ToString().TrimEnd('\n').Split('\n'))
        {
            terminal.Line(line.TrimEnd());
        }
    }

    private static Style Colour(string? cell) => cell switch
    {
        "SUCCEEDED" or "STARTED" or "up" => new Style(Color.Green),
        "FAILED" => new Style(Color.Red),
        "RUNNING" => new Style(Color.Aqua),
        "PENDING" or "CANCELING" => new Style(Color.Yellow),
        _ => Style.Plain,
    };
}

/// <summary>Names and values below each other, the values in one column.</summary>
internal sealed class Facts
{
    private readonly List<(string Name, string Value)> facts = [];

    /// <summary>Nothing is shown of a value that is not there.</summary>
    public Facts Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            facts.Add((name, Shown.Harmless(value)));
        }

        return this;
    }

    public void Show(Terminal terminal)
    {
        var width = facts.Max(each => each.Name.Length) + 4;
        foreach (var (name, value) in facts)
        {
            terminal.Line($"{name}:".PadRight(width) + value);
        }
    }
}
