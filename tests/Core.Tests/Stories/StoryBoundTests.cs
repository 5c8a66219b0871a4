using CsCheck;
using Granary.Core.Stories;
using Granary.Testing;

namespace Granary.Core.Tests.Stories;

public sealed class StoryBoundTests
{
    [Fact]
    public void A_story_keeps_its_beginning_and_its_end_and_counts_the_gap() => Gen.Select(Gen.Int[0, 300], Gen.Int[1, 2000]).Sample(
        (count, length) =>
        {
            var story = Enumerable.Range(0, count).Aggregate(Story.Empty, (told, number) => told.Add(new StoryEntry(A.At(number), number, null, new string('x', length))));

            var kept = story.Entries.Select(each => each.Attempt).ToArray();
            int[] expected = count <= Limits.StoryEntries
                ? [.. Enumerable.Range(0, count)]
                : [.. Enumerable.Range(0, Limits.StoryHead), .. Enumerable.Range(count - Limits.StoryEntries + Limits.StoryHead, Limits.StoryEntries - Limits.StoryHead)];
            return kept.SequenceEqual(expected) && story.Omitted == count - kept.Length && story.Entries.All(each => each.Text.Length == Math.Min(length, Limits.StoryTextLength));
        },
        iter: 2_000);
}
