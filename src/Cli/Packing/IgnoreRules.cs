using System.Text;
using System.Text.RegularExpressions;

namespace Granary.Cli.Packing;

/// <summary>
/// What a push leaves out: the lines of .cfignore, read as git reads .gitignore, after cf's own list. The last line that fits decides;
/// within a folder that is left out nothing can be taken in again.
/// </summary>
internal sealed class IgnoreRules
{
    public const string FileName = ".cfignore";

    /// <summary>What cf never pushes.</summary>
    private static readonly string[] Always = [FileName, "_darcs", ".DS_Store", ".git", ".gitignore", ".hg", "/manifest.yml", ".svn"];

    /// <summary>For one name against one line: a line made to be slow must not hang the push.</summary>
    private static readonly TimeSpan MatchMax = TimeSpan.FromSeconds(1);

    private readonly List<Rule> rules = [];

    private IgnoreRules()
    {
    }

    public static IgnoreRules Parse(string text)
    {
        var parsed = new IgnoreRules();
        foreach (var line in Always.Concat(text.TrimStart('\ufeff').Split('\n')))
        {
            if (Rule.Parse(line.EndsWith('\r') ? line[..^1] : line) is { } rule)
            {
                parsed.rules.Add(rule);
            }
        }

        return parsed;
    }

    /// <param name="path">From the pushed folder on, with forward slashes. Its parents have been asked about before.</param>
    /// <param name="isFolder">A link to a folder is none.</param>
    public bool Ignores(string path, bool isFolder) => rules.LastOrDefault(each => each.Fits(path, isFolder)) is { TakesIn: false };

    private sealed record Rule(Regex Pattern, bool TakesIn, bool FoldersOnly)
    {
        public bool Fits(string path, bool isFolder) => (isFolder || !FoldersOnly) && Pattern.IsMatch(path);

        public static Rule? Parse(string line)
        {
            line = WithoutEndSpaces(line);
            if (line.Length == 0 || line[0] == '#')
            {
                return null;
            }

            var takesIn = line[0] == '!';
            var glob = takesIn ? line[1..] : line;
            var foldersOnly = glob.EndsWith('/');
            glob = foldersOnly ? glob[..^1] : glob;
            if (glob.Length == 0 || Translate(glob) is not { } pattern)
            {
                return null;
            }

            return new Rule(new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Singleline, MatchMax), takesIn, foldersOnly);
        }

        /// <summary>A backslash keeps the space after it.</summary>
        private static string WithoutEndSpaces(string line)
        {
            var end = line.Length;
            while (end > 0 && line[end - 1] == ' ')
            {
                var slashes = 0;
                while (end - 2 - slashes >= 0 && line[end - 2 - slashes] == '\\')
                {
                    slashes++;
                }

                if (slashes % 2 == 1)
                {
                    break;
                }

                end--;
            }

            return line[..end];
        }

        /// <summary>A slash at the beginning or within binds the pattern to the pushed folder; without one it fits at any depth. Null if it can fit nothing.</summary>
        private static string? Translate(string glob)
        {
            var isBound = glob.Contains('/', StringComparison.Ordinal);
            glob = glob.StartsWith('/') ? glob[1..] : glob;
            var pattern = new StringBuilder(isBound ? "^" : "(?:^|/)");
            for (var at = 0; at < glob.Length; at++)
            {
                switch (glob[at])
                {
                    case '*':
                        at = Stars(glob, at, isBound, pattern);
                        break;
                    case '?':
                        pattern.Append("[^/]");
                        break;
                    case '[':
                        if (Set(glob, ref at) is not { } set)
                        {
                            return null;
                        }

                        pattern.Append(set);
                        break;
                    case '\\':
                        if (++at == glob.Length)
                        {
                            return null;
                        }

                        pattern.Append(Regex.Escape(glob[at].ToString()));
                        break;
                    case var letter:
                        pattern.Append(Regex.Escape(letter.ToString()));
                        break;
                }
            }

            return pattern.Append("\\z").ToString();
        }

        /// <summary>Appends what the stars at this place fit; returns the place of the last character used.</summary>
        private static int Stars(string glob, int at, bool isBound, StringBuilder pattern)
        {
            var end = at;
            while (end < glob.Length && glob[end] == '*')
            {
                end++;
            }

            // Two stars that are a whole part of the path reach over folders.
            var isPart = isBound && end - at == 2 && (at == 0 || glob[at - 1] == '/');
            if (isPart && end < glob.Length && glob[end] == '/')
            {
                pattern.Append("(?:.*/)?");
                return end;
            }

            pattern.Append(isPart && end == glob.Length ? ".+" : "[^/]*");
            return end - 1;
        }

        /// <summary>A set such as [a-z] or [!0-9]; null if it does not end.</summary>
        private static string? Set(string glob, ref int at)
        {
            var set = new StringBuilder("[");
            var place = at + 1;
            if (place < glob.Length && glob[place] is '!' or '^')
            {
                set.Append("^/");
                place++;
            }

            for (var first = place; place < glob.Length; place++)
            {
                if (glob[place] == ']' && place > first)
                {
                    at = place;
                    return $"(?!/){set.Append(']')}";
                }

                if (glob[place] == '\\' && ++place == glob.Length)
                {
                    return null;
                }

                set.Append(glob[place] == '-' && place > first && place + 1 < glob.Length && glob[place + 1] != ']' ? "-" : Regex.Escape(glob[place].ToString()).Replace("]", "\\]", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal));
            }

            return null;
        }
    }
}
