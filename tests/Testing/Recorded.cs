using Xunit;

namespace Granary.Testing;

/// <summary>
/// Compares what happened with what was recorded and reviewed. With GRANARY_WRITE_STORIES=1 in the environment it records instead; the
/// change is then reviewed as a diff of the file.
/// </summary>
public static class Recorded
{
    public const string WriteVariable = "GRANARY_WRITE_STORIES";

    public static void Check(string path, string actual)
    {
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(path, actual);
            return;
        }

        var expected = File.Exists(path) ? File.ReadAllText(path) : "";
        if (expected != actual)
        {
            Assert.Fail($"{Path.GetRelativePath(Repository.Root, path)} tells something else (- recorded, + now). If the new one is right, run with {WriteVariable}=1 and review the diff.\n\n{Diff(expected, actual)}");
        }
    }

    /// <summary>The lines that differ, with three lines around each: by the longest common subsequence.</summary>
    public static string Diff(string expected, string actual)
    {
        var (before, after) = (expected.Split('\n'), actual.Split('\n'));
        var common = CommonLengths(before, after);
        var lines = new List<string>();
        var (left, right) = (0, 0);
        while (left < before.Length || right < after.Length)
        {
            if (left < before.Length && right < after.Length && before[left] == after[right])
            {
                lines.Add($"  {before[left]}");
                left++;
                right++;
            }
            else if (right == after.Length || (left < before.Length && common[left + 1][right] >= common[left][right + 1]))
            {
                lines.Add($"- {before[left++]}");
            }
            else
            {
                lines.Add($"+ {after[right++]}");
            }
        }

        return string.Join('\n', lines.Where((_, index) => lines.Skip(index - 3).Take(index < 3 ? index + 4 : 7).Any(each => each[0] != ' ')));
    }

    /// <summary>How many lines the rests from (left, right) on have in common.</summary>
    private static int[][] CommonLengths(string[] before, string[] after)
    {
        var common = Enumerable.Range(0, before.Length + 1).Select(_ => new int[after.Length + 1]).ToArray();
        for (var left = before.Length - 1; left >= 0; left--)
        {
            for (var right = after.Length - 1; right >= 0; right--)
            {
                common[left][right] = before[left] == after[right] ? common[left + 1][right + 1] + 1 : Math.Max(common[left + 1][right], common[left][right + 1]);
            }
        }

        return common;
    }
}
