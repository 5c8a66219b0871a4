namespace Granary.Cli.Simulate;

/// <summary>Files that a command was told to write.</summary>
internal static class Written
{
    public static void To(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"'{path}' could not be written: {fault.Message}", fault);
        }
    }
}
