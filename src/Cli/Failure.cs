namespace Granary.Cli;

/// <summary>What the command exits with; docs/cli.md lists the same.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>What was asked did not come about: a refusal, a failed task that was waited for, no server.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong; nothing was asked of the server.</summary>
    public const int Usage = 2;

    /// <summary>As cf: curl --fail met an HTTP error.</summary>
    public const int HttpError = 22;

    /// <summary>As shells have it: ended by Ctrl-C.</summary>
    public const int Interrupted = 130;
}

/// <summary>Ends the command with a message for a person that says what to do.</summary>
/// <param name="isUsage">What was written on the command line, or in a file that it names, is wrong.</param>
internal class FailureException(string message, Exception? cause = null, bool isUsage = false) : Exception(message, cause)
{
    public bool IsUsage => isUsage;
}
