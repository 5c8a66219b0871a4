using System.Collections.Immutable;

namespace Granary.Simulator.Plans;

/// <summary>One line of a scenario: a word, what it is about, and settings. Every fault of it is told at once, with the right form.</summary>
internal sealed class ScenarioLine
{
    private readonly Dictionary<string, string> settings = new(StringComparer.Ordinal);
    private readonly SortedSet<string> known = new(StringComparer.Ordinal);
    private readonly List<string> faults = [];

    public ScenarioLine(string text)
    {
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = word.Split('=', 2);
            if (Word.Length == 0)
            {
                Word = word;
            }
            else if (parts.Length == 2)
            {
                settings[parts[0]] = parts[1];
            }
            else if (About is null)
            {
                About = word;
            }
            else
            {
                faults.Add($"'{word}' is one word too many: settings have the form name=value");
            }
        }
    }

    public string Word { get; } = "";

    public string? About { get; }

    /// <summary>In words; asked for when everything was read.</summary>
    public IEnumerable<string> Faults => faults.Concat(settings.Keys.Except(known).Select(each =>
        $"'{Word}' has no setting '{each}'{(known.Count == 0 ? "" : $": it has {string.Join(", ", known)}")}"));

    public Amounts? Counts(string name) => Read(name, Units.Count, "a whole number, for example 3 or 1..3");

    public Amounts? Times(string name) => Read(name, Units.Time, "a time with its unit (ms, s, m, h), for example 10s or 500ms..8s or 1s|1m");

    public Amounts? Sizes(string name) => Read(name, Units.Size, "a size with its unit (M, G), for example 512M or 64M|128M");

    public Amounts? Strengths(string name) => Read(name, Units.Amount, "a share, a time or a number, for example 5% or 2s or 1");

    public TimeSpan? Time(string name) => Times(name) is { } time ? Units.Exactly(time.Max) : null;

    public double? Share(string name) => Read(name, Units.Share, "a share of 0% to 100%, for example 25%")?.Max;

    public int? Count(string name) => (int?)Counts(name)?.Max;

    public int? Size(string name) => (int?)Sizes(name)?.Max;

    public bool Flag(string name) => Choice(name, ("yes", true), ("no", false)) ?? false;

    public T? Choice<T>(string name, params (string Word, T Value)[] choices)
        where T : struct
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        foreach (var (word, value) in choices)
        {
            if (word == text)
            {
                return value;
            }
        }

        faults.Add($"{name}={text}: it is {string.Join(" or ", choices.Select(each => each.Word))}");
        return null;
    }

    public string? Text(string name)
    {
        known.Add(name);
        return settings.GetValueOrDefault(name);
    }

    public ImmutableArray<string> Names(string name) => Text(name) is { } text ? [.. text.Split('|')] : [];

    /// <summary>What the line is about, as a number.</summary>
    public Amounts AboutCount(string example)
    {
        if (About is not null && Units.Amounts(About, Units.Count) is { } count)
        {
            return count;
        }

        faults.Add(About is null ? $"'{Word}' needs a number: {example}" : $"'{Word} {About}': it is a whole number or a range: {example}");
        return Amounts.Of(1);
    }

    public TimeSpan AboutTime(string example)
    {
        if (About is not null && Units.Time(About) is { } seconds)
        {
            return Units.Exactly(seconds);
        }

        faults.Add($"'{Word}' needs a time: {example}");
        return TimeSpan.Zero;
    }

    public void Fault(string words) => faults.Add(words);

    private Amounts? Read(string name, Func<string, double?> unit, string form)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (Units.Amounts(text, unit) is { } amounts)
        {
            return amounts;
        }

        faults.Add($"{name}={text}: it is {form}");
        return null;
    }
}
