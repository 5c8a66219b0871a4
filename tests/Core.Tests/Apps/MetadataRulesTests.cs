using System.Collections.Immutable;
using Granary.Core.Apps;

namespace Granary.Core.Tests.Apps;

public sealed class MetadataRulesTests
{
    private const string Shape = "must be up to 63 letters, digits, '-', '_' or '.', and start and end with a letter or digit";

    [Theory]
    [InlineData("a", "")]
    [InlineData("a-b_c.d", "V-1_2.3")]
    [InlineData("example.com/key", "value")]
    [InlineData("sub.cloudfoundry.org/key", "value")]
    public void A_good_label_is_no_fault(string key, string value) => Assert.Empty(Faults(Label(key, value)));

    [Theory]
    [InlineData("", $"'' {Shape}")]
    [InlineData("-a", $"'-a' {Shape}")]
    [InlineData("a.", $"'a.' {Shape}")]
    [InlineData("ä", $"'ä' {Shape}")]
    [InlineData("a b", $"'a b' {Shape}")]
    [InlineData("example.com/", $"'example.com/' {Shape}")]
    [InlineData("example.com/a/b", $"'example.com/a/b' {Shape}")]
    [InlineData("/a", "prefix '' must be a DNS name of at most 253 characters")]
    [InlineData("a_b.com/a", "prefix 'a_b.com' must be a DNS name of at most 253 characters")]
    [InlineData("a..b/a", "prefix 'a..b' must be a DNS name of at most 253 characters")]
    [InlineData("CloudFoundry.org/a", "prefix 'cloudfoundry.org' is reserved")]
    public void A_bad_key_is_told_for_labels_and_for_annotations(string key, string fault)
    {
        Assert.Equal([$"Metadata label key error: {fault}"], Faults(Label(key, "")));
        Assert.Equal([$"Metadata annotation key error: {fault}"], Faults(Annotation(key, "")));
    }

    [Theory]
    [InlineData("-")]
    [InlineData("a b")]
    [InlineData("a/b")]
    public void A_bad_label_value_is_told(string value) =>
        Assert.Equal([$"Metadata label value error: '{value}' {Shape}"], Faults(Label("a", value)));

    [Fact]
    public void Lengths_are_bounded_to_the_character()
    {
        var prefix = string.Join('.', Enumerable.Repeat(new string('p', 62), 4)) + ".p";

        Assert.Empty(Faults(Label(new string('k', 63), new string('v', 63))));
        Assert.Equal(2, Faults(Label(new string('k', 64), new string('v', 64))).Count());
        Assert.Equal(253, prefix.Length);
        Assert.Empty(Faults(Label($"{prefix}/k", "")));
        Assert.Single(Faults(Label($"{prefix}p.p/k", "")));
        Assert.Empty(Faults(Annotation("a", new string('v', 5000))));
        Assert.Equal(["Metadata annotation value error: the value of 'a' is longer than 5000 characters"], Faults(Annotation("a", new string('v', 5001))));
    }

    [Fact]
    public void Numbers_are_bounded()
    {
        Assert.Empty(Faults(new Metadata(Many(50), Many(200))));
        Assert.Equal(
            ["Failed to add 51 labels because it would exceed maximum of 50", "Failed to add 201 annotations because it would exceed maximum of 200"],
            Faults(new Metadata(Many(51), Many(201))));
    }

    [Fact]
    public void A_null_value_deletes_its_key_and_the_others_stay()
    {
        var merged = MetadataRules.Merge(Many(2), [new("k0", null), new("new", "1"), new("unknown", null)]);

        Assert.Equal(["k1", "new"], merged.Keys);
    }

    private static IEnumerable<string> Faults(Metadata metadata) => MetadataRules.Faults(metadata);

    private static ImmutableSortedDictionary<string, string> Many(int count) => Enumerable.Range(0, count).ToImmutableSortedDictionary(each => $"k{each}", _ => "v");

    private static Metadata Label(string key, string value) => Metadata.Empty with { Labels = Metadata.Empty.Labels.Add(key, value) };

    private static Metadata Annotation(string key, string value) => Metadata.Empty with { Annotations = Metadata.Empty.Annotations.Add(key, value) };
}
