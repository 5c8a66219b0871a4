using CsCheck;
using Granary.Core.Apps;

namespace Granary.Droplets.Tests;

public sealed class ImageReferenceTests
{
    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    public static TheoryData<string, string> Good => new()
    {
        { "busybox", "docker.io/library/busybox:latest" },
        { "busybox:1.36", "docker.io/library/busybox:1.36" },
        { "granary/stack:bookworm", "docker.io/granary/stack:bookworm" },
        { "docker.io/busybox", "docker.io/library/busybox:latest" },
        { "index.docker.io/a/b", "docker.io/a/b:latest" },
        { "localhost/x", "localhost/x:latest" },
        { "localhost:5000/x:T", "localhost:5000/x:T" },
        { "10.0.0.7:5000/team/app", "10.0.0.7:5000/team/app:latest" },
        { "Registry/x", "Registry/x:latest" },
        { "ghcr.io/a/b/c-d/e__f.g_h--i:v1.0_x-y", "ghcr.io/a/b/c-d/e__f.g_h--i:v1.0_x-y" },
        { $"ghcr.io/a/b@sha256:{Hex}", $"ghcr.io/a/b@sha256:{Hex}" },
        { $"ghcr.io/a/b:v1@sha256:{Hex}", $"ghcr.io/a/b:v1@sha256:{Hex}" },
    };

    public static TheoryData<string, string> Bad => new()
    {
        { "", "can't be blank" },
        { " ", "must not contain blanks" },
        { "busybox latest", "must not contain blanks" },
        { "busybox\n", "must not contain blanks" },
        { "büsybox", "outside ASCII" },
        { "https://ghcr.io/a/b", "must not have a scheme" },
        { "Busybox", "path" },
        { "ghcr.io/", "path" },
        { "/a", "path" },
        { "a//b", "path" },
        { "a/../b", "path" },
        { "-a", "path" },
        { "a-", "path" },
        { "a..b", "path" },
        { "a___b", "path" },
        { "a._b", "path" },
        { Hex, "64 hex digits" },
        { "busybox:", "tag" },
        { "busybox:-x", "tag" },
        { "busybox:.x", "tag" },
        { "busybox:a/b", "port" },
        { "busybox:" + new string('t', 129), "tag" },
        { "a:b:c", "path" },
        { "ghcr.io:/a", "port" },
        { "ghcr.io:0/a", "port" },
        { "ghcr.io:65536/a", "port" },
        { "ghcr.io:99999999999/a", "port" },
        { "ghcr.io:5x/a", "port" },
        { "[::1]:5000/a", "host" },
        { "user:pass@ghcr.io/a", "digest" },
        { "ghcr..io/a", "host" },
        { "-ghcr.io/a", "host" },
        { "busybox@sha256:abc", "digest" },
        { "busybox@sha256:" + "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", "digest" },
        { $"busybox@md5:{Hex}", "digest" },
        { $"busybox@sha256:{Hex}@sha256:{Hex}", "digest" },
        { new string('a', 256), "longer than 255" },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void A_reference_is_read_as_Docker_reads_it(string text, string whole)
    {
        Assert.True(ImageReference.TryParse(text, out var reference, out var faults), string.Join(", ", faults));

        Assert.Empty(faults);
        Assert.Equal(whole, reference.ToString());
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_is_no_reference_is_refused_in_words(string text, string word)
    {
        Assert.False(ImageReference.TryParse(text, out var reference, out var faults));

        Assert.Null(reference);
        Assert.Contains(faults, each => each.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public void The_parts_are_told_apart()
    {
        Assert.True(ImageReference.TryParse("r.example:5000/team/app:v1", out var reference, out _));

        Assert.Equal(new ImageReference("r.example", 5000, "team/app", "v1", null), reference);
    }

    [Fact]
    public void All_faults_come_in_one_answer()
    {
        Assert.False(ImageReference.TryParse("-r.example:0/A:-x@sha256:0", out _, out var faults));

        Assert.Equal(5, faults.Length);
    }

    [Fact]
    public void What_was_read_is_read_again_as_the_same() =>
        Gen.Char["ab.:/@-_A5 [\n"].Array[0, 12].Select(each => new string(each)).Sample(
            text =>
            {
                if (ImageReference.TryParse(text, out var reference, out var faults))
                {
                    Assert.True(ImageReference.TryParse(reference.ToString(), out var again, out _));
                    Assert.Equal(reference, again);
                }
                else
                {
                    Assert.NotEmpty(faults);
                }
            },
            iter: 200_000);
}
