using System.Collections.Immutable;

namespace Granary.Core.Stories;

/// <summary>One transition in words: what happened, to which attempt, where, and why.</summary>
/// <param name="At">When the machine decided it.</param>
/// <param name="Attempt">The attempt it concerns; 0 before the first.</param>
/// <param name="Cell">The cell it concerns, if any.</param>
/// <param name="Text">A sentence for a person, with the cause.</param>
public sealed record StoryEntry(DateTimeOffset At, int Attempt, string? Cell, string Text);

/// <summary>
/// The bounded history of a task or instance. It is part of the durable state, so its size is limited: the first
/// <see cref="Limits.StoryHead"/> entries (how it began) and the newest ones are kept, and the gap is counted.
/// </summary>
public sealed record Story(ImmutableList<StoryEntry> Entries, int Omitted)
{
    public static readonly Story Empty = new([], 0);

    public Story Add(StoryEntry entry)
    {
        var text = entry.Text.Length <= Limits.StoryTextLength ? entry.Text : entry.Text[..Limits.StoryTextLength];
        var entries = Entries.Add(entry with { Text = text });
        return entries.Count <= Limits.StoryEntries
            ? this with { Entries = entries }
            : new Story(entries.RemoveAt(Limits.StoryHead), Omitted + 1);
    }
}
