namespace Granary.Droplets.Tests;

/// <summary>Follows links on the disk part by part; what does not exist is taken by its name.</summary>
internal static class RealPath
{
    private const int LinksMax = 100;

    public static string Of(string path)
    {
        var ahead = new Stack<string>(path.Split('/').Reverse());
        var here = "/";
        for (var links = 0; ahead.TryPop(out var part);)
        {
            if (part == "..")
            {
                here = Path.GetDirectoryName(here) ?? "/";
            }
            else if (part is not ("" or "."))
            {
                var next = Path.Combine(here, part);
                if (new FileInfo(next).LinkTarget is { } target)
                {
                    Assert.True(++links < LinksMax, $"{path} leads in a circle");
                    foreach (var each in target.Split('/').Reverse())
                    {
                        ahead.Push(each);
                    }

                    here = target.StartsWith('/') ? "/" : here;
                }
                else
                {
                    here = next;
                }
            }
        }

        return here;
    }
}
